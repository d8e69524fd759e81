package dev.voltbus.acquisition;

import dev.voltbus.modbus.ModbusClient;
import dev.voltbus.modbus.ModbusClientOptions;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/// Real clients with a fault: on demand the next request of a kind is swallowed, and nobody ever
/// hears of it.
final class SilentClients implements Clients {
  private static final Duration GRACE = Duration.ofMillis(200);
  private static final String NOTHING = "";

  private final AtomicReference<String> swallowed = new AtomicReference<>(NOTHING);
  private final AtomicInteger created = new AtomicInteger();

  /// @param method of [ModbusClient], such as `read`
  void swallowNext(String method) {
    swallowed.set(method);
  }

  /// Whether what was to be swallowed has come.
  boolean hasSwallowed() {
    return swallowed.get().equals(NOTHING);
  }

  int created() {
    return created.get();
  }

  @Override
  public Duration grace() {
    return GRACE;
  }

  @Override
  public ModbusClient create(Vertx vertx, ModbusClientOptions options) {
    created.incrementAndGet();
    ModbusClient real = ModbusClient.create(vertx, options);
    return (ModbusClient)
        Proxy.newProxyInstance(
            ModbusClient.class.getClassLoader(),
            new Class<?>[] {ModbusClient.class},
            (proxy, method, arguments) -> {
              if (swallowed.compareAndSet(method.getName(), NOTHING)) {
                return Promise.promise().future();
              }
              Object result = call(real, method, arguments);
              return result instanceof ModbusClient ? proxy : result;
            });
  }

  private static Object call(ModbusClient real, Method method, Object[] arguments)
      throws Throwable {
    try {
      return method.invoke(real, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
