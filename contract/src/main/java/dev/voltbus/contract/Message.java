package dev.voltbus.contract;

/// What travels on the event bus. Messages are immutable; local delivery hands over the same
/// instance, delivery to another node goes through the message's own binary codec (`Frames`).
public sealed interface Message
    permits DevicePoll,
        DeviceSnapshot,
        LayoutRequest,
        LayoutReply,
        LinkStatus,
        ControlState,
        CommandRequest,
        CommandResult,
        WriteRequest,
        WriteResult,
        DeviceReadPlan,
        SafetyState,
        AnomalyScore,
        DispatchProposal,
        DeviceMessage,
        PublicationRequest,
        PublicationReply,
        ControlCopy,
        Delivered,
        KeptRequest,
        KeptReply,
        UnknownMessage {}
