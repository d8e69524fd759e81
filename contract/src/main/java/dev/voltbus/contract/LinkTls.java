package dev.voltbus.contract;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// The files of a link under TLS (Modbus/TCP Security), all in PEM form; their content is read by
/// whoever connects, and is never logged.
///
/// @param caFile certificates that the device's must lead to; null for those the system trusts
/// @param certificateFile our own certificate; null when the device asks for none
/// @param keyFile the private key of our certificate; null together with it
/// @param verifyHost whether the device's certificate must name the host of the url
public record LinkTls(
    @Nullable Path caFile,
    @Nullable Path certificateFile,
    @Nullable Path keyFile,
    boolean verifyHost) {}
