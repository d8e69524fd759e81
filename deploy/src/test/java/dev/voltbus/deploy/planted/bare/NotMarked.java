package dev.voltbus.deploy.planted.bare;

/// Its package says nothing about null: a violation on purpose.
final class NotMarked {}
