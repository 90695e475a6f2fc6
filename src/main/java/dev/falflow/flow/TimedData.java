package dev.falflow.flow;

import com.fasterxml.jackson.databind.JsonNode;
import dev.falflow.dbt.ResolvedInput;
import dev.falflow.warehouse.ModelData;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** One model's data, and how long moving it took. */
final class TimedData implements ModelData {
  private final ModelData data;
  private final Map<String, Duration> reads = new ConcurrentHashMap<>();
  private final AtomicLong loadNanos = new AtomicLong();

  TimedData(ModelData data) {
    this.data = data;
  }

  /** By relation, from the database to Arrow. */
  Map<String, Duration> reads() {
    return reads;
  }

  /** From Arrow to the table, its publication too. */
  Duration load() {
    return Duration.ofNanos(loadNanos.get());
  }

  private <T> T reading(ResolvedInput input, Supplier<T> work) {
    long started = System.nanoTime();
    try {
      return work.get();
    } finally {
      Duration time = Duration.ofNanos(System.nanoTime() - started);
      reads.merge(input.relation(), time, Duration::plus);
    }
  }

  private <T> T loading(Supplier<T> work) {
    long started = System.nanoTime();
    try {
      return work.get();
    } finally {
      loadNanos.addAndGet(System.nanoTime() - started);
    }
  }

  @Override
  public JsonNode columns() {
    return data.columns();
  }

  @Override
  public List<Path> read(ResolvedInput input) {
    return reading(input, () -> data.read(input));
  }

  @Override
  public List<Path> execute(String sql) {
    return data.execute(sql);
  }

  @Override
  public Parts parts(ResolvedInput input, int rows) {
    Parts parts = reading(input, () -> data.parts(input, rows));
    return new Parts() {
      @Override
      public List<Path> next() {
        return reading(input, parts::next);
      }

      @Override
      public void close() {
        parts.close();
      }
    };
  }

  @Override
  public Load load(String mode) {
    Load load = loading(() -> data.load(mode));
    return new Load() {
      @Override
      public void add(List<Path> files) {
        loading(
            () -> {
              load.add(files);
              return true;
            });
      }

      @Override
      public Published publish() {
        return loading(load::publish);
      }

      @Override
      public void close() {
        load.close();
      }
    };
  }

  @Override
  public void close() {
    data.close();
  }
}
