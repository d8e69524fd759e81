/// The records, typed addresses, codecs and register-map model that every Voltbus module shares.
@NullMarked
package dev.voltbus.contract;

import org.jspecify.annotations.NullMarked;
