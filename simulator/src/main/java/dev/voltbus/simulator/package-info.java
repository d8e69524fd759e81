/// Simulated batteries and inverters that speak Modbus, with one battery model behind them.
@NullMarked
package dev.voltbus.simulator;

import org.jspecify.annotations.NullMarked;
