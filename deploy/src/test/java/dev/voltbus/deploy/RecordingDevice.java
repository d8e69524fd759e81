package dev.voltbus.deploy;

import dev.voltbus.contract.SunSpecWalk;
import dev.voltbus.modbus.ModbusAnswer;
import dev.voltbus.modbus.ModbusRequest;
import dev.voltbus.modbus.ModbusServer;
import dev.voltbus.modbus.ModbusServerOptions;
import dev.voltbus.modbus.Words;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;

/// A device that has every register, all of them 1 but for those set, and keeps what it was asked.
final class RecordingDevice {
  private final Map<Integer, Integer> words = new TreeMap<>();
  private final Set<String> asked = new ConcurrentSkipListSet<>();
  private final ModbusServer server;

  RecordingDevice(Vertx vertx) {
    this.server = ModbusServer.create(vertx, ModbusServerOptions.of("127.0.0.1", 0), this::answer);
    server.listen().await();
  }

  /// Puts a SunSpec mark and models without content there, id and length in turn.
  void models(int base, int... models) {
    words.put(base, 0x5375);
    words.put(base + 1, 0x6E53);
    int address = base + SunSpecWalk.MARK_WORDS;
    for (int i = 0; i < models.length; i += 2) {
      words.put(address, models[i]);
      words.put(address + 1, models[i + 1]);
      address += SunSpecWalk.HEADER_WORDS + models[i + 1];
    }
    words.put(address, 0xFFFF);
    words.put(address + 1, 0);
  }

  String url() {
    return "tcp://127.0.0.1:" + server.port();
  }

  /// What it was asked since the last call, each request once.
  Set<String> asked() {
    Set<String> all = new TreeSet<>(asked);
    asked.clear();
    return all;
  }

  private Future<ModbusAnswer> answer(ModbusRequest request, String client) {
    asked.add(request.unit() + ": " + request.description());
    if (!(request instanceof ModbusRequest.ReadWords)) {
      return Future.succeededFuture(new ModbusAnswer.Refused(1));
    }
    int[] found = new int[request.count()];
    for (int i = 0; i < found.length; i++) {
      found[i] = words.getOrDefault(request.address() + i, 1);
    }
    return Future.succeededFuture(new ModbusAnswer.Registers(Words.of(found)));
  }
}
