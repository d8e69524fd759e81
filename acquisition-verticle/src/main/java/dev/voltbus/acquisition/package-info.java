/// Words in and out of devices: owns every device connection and knows addresses, not meanings.
@NullMarked
package dev.voltbus.acquisition;

import org.jspecify.annotations.NullMarked;
