package dev.voltbus.deploy;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The signal SIGHUP, by which service managers ask a process to read its files again. The JDK has
/// signals in an interface of its own only (`sun.misc.Signal`, module jdk.unsupported), at which
/// the compiler always warns: hence by reflection.
final class HangUp {
  private static final Logger LOG = LoggerFactory.getLogger(HangUp.class);

  private HangUp() {}

  /// Calls an action at each SIGHUP, which would end the process otherwise.
  static void watch(Runnable action) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Constructor<?> named = signal.getConstructor(String.class);
      Object before =
          signal
              .getMethod("handle", signal, handler)
              .invoke(
                  null,
                  named.newInstance("HUP"),
                  Proxy.newProxyInstance(
                      handler.getClassLoader(), new Class<?>[] {handler}, calling(action)));
      if (Objects.equals(before, handler.getField("SIG_IGN").get(null))) {
        LOG.warn("SIGHUP stays ignored, as under nohup: voltbus reload asks for the same");
      }
    } catch (ReflectiveOperationException | RuntimeException e) {
      LOG.warn("SIGHUP is not watched, it ends the process: {}", e.toString());
    }
  }

  private static InvocationHandler calling(Runnable action) {
    return (handler, method, arguments) -> {
      action.run();
      return null;
    };
  }
}
