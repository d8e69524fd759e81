/// The one executable: configuration, roles, cluster set-up, health and metrics.
@NullMarked
package dev.voltbus.deploy;

import org.jspecify.annotations.NullMarked;
