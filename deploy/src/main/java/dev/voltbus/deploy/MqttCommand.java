package dev.voltbus.deploy;

import picocli.CommandLine.Command;

/// `voltbus mqtt`: tools for the brokers of a site.
@Command(
    name = "mqtt",
    description = "Tools for the MQTT brokers of a site.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {MqttTestCommand.class, MqttDiscoverCommand.class})
final class MqttCommand {}
