package dev.falflow.warehouse.arrow;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;

/**
 * One column's values of a batch in plain arrays, in Arrow's own representation of its type. They
 * are added value by value and handed to a vector at once, or taken from a vector at once and read
 * value by value.
 */
public abstract sealed class ColumnValues permits IntValues, LongValues, BytesValues, ListValues {
  private static final int FIRST_ROWS = 1024;

  private byte[] present = new byte[FIRST_ROWS / Byte.SIZE];
  private int rows;
  private int nulls;

  /**
   * The values of a field.
   *
   * @throws IllegalArgumentException for types that have no such form: struct, map, union
   */
  public static ColumnValues of(Field field) {
    ArrowType type = field.getType();
    if (type instanceof ArrowType.Bool) {
      return new IntValues(1, false);
    } else if (type instanceof ArrowType.Int integer) {
      return integer.getBitWidth() == Long.SIZE
          ? new LongValues(1)
          : new IntValues(integer.getBitWidth(), integer.getIsSigned());
    } else if (type instanceof ArrowType.FloatingPoint floating) {
      return switch (floating.getPrecision()) {
        case HALF -> new IntValues(Short.SIZE, false);
        case SINGLE -> new IntValues(Integer.SIZE, true);
        case DOUBLE -> new LongValues(1);
      };
    } else if (type instanceof ArrowType.Decimal decimal) {
      return new LongValues(decimal.getBitWidth() / Long.SIZE);
    } else if (type instanceof ArrowType.Date date) {
      return switch (date.getUnit()) {
        case DAY -> new IntValues(Integer.SIZE, true);
        case MILLISECOND -> new LongValues(1);
      };
    } else if (type instanceof ArrowType.Time time) {
      return time.getBitWidth() == Integer.SIZE
          ? new IntValues(Integer.SIZE, true)
          : new LongValues(1);
    } else if (type instanceof ArrowType.Timestamp || type instanceof ArrowType.Duration) {
      return new LongValues(1);
    } else if (type instanceof ArrowType.Interval interval) {
      return switch (interval.getUnit()) {
        case YEAR_MONTH -> new IntValues(Integer.SIZE, true);
        case DAY_TIME -> new LongValues(1);
        case MONTH_DAY_NANO -> new LongValues(2);
      };
    } else if (type instanceof ArrowType.Utf8 || type instanceof ArrowType.Binary) {
      return new BytesValues(false);
    } else if (type instanceof ArrowType.LargeUtf8 || type instanceof ArrowType.LargeBinary) {
      return new BytesValues(true);
    } else if (type instanceof ArrowType.List) {
      return new ListValues(of(field.getChildren().get(0)));
    }
    throw new IllegalArgumentException("no plain values of " + type);
  }

  public final int rows() {
    return rows;
  }

  public final boolean isNull(int row) {
    return (present[row >> 3] & 1 << (row & 7)) == 0;
  }

  public final void addNull() {
    makeRoom(rows);
    addNothing(rows);
    if (rows >> 3 == present.length) {
      present = Arrays.copyOf(present, present.length * 2);
    }
    rows++;
    nulls++;
  }

  /** Counts the value that was just put at {@link #rows}. */
  final void added() {
    if (rows >> 3 == present.length) {
      present = Arrays.copyOf(present, present.length * 2);
    }
    present[rows >> 3] |= (byte) (1 << (rows & 7));
    rows++;
  }

  /** Forgets all values; the arrays stay. */
  public void clear() {
    Arrays.fill(present, 0, (rows + 7) / Byte.SIZE, (byte) 0);
    rows = 0;
    nulls = 0;
  }

  /** Roughly the bytes that the values take. */
  public abstract long bytes();

  /** Room for a value at this row. */
  abstract void makeRoom(int row);

  /** Whatever has to stand in the arrays where the value is null. */
  abstract void addNothing(int row);

  /** The buffers after the validity buffer. */
  abstract List<ArrowBuf> buffers(FieldVector vector);

  /** Reads the buffers after the validity buffer. */
  abstract void takeBuffers(FieldVector vector, int count);

  /** Hands the values to a vector of the field's type. */
  void fill(FieldVector vector) {
    ArrowBuf validity = buffer(vector, (rows + 7) / Byte.SIZE);
    validity.setBytes(0, present, 0, (rows + 7) / Byte.SIZE);
    List<ArrowBuf> rest = buffers(vector);
    List<ArrowBuf> all = new ArrayList<>(List.of(validity));
    all.addAll(rest);
    vector.loadFieldBuffers(new ArrowFieldNode(rows, nulls), all);
    all.forEach(ArrowBuf::close);
  }

  /** Takes a vector's values. */
  void take(FieldVector vector) {
    int count = vector.getValueCount();
    int bytes = (count + 7) / Byte.SIZE;
    if (present.length < bytes) {
      present = new byte[bytes];
    }
    rows = count;
    nulls = vector.getNullCount();
    if (nulls == 0) {
      Arrays.fill(present, 0, bytes, (byte) -1);
    } else {
      vector.getValidityBuffer().getBytes(0, present, 0, bytes);
    }
    takeBuffers(vector, count);
  }

  static ArrowBuf buffer(FieldVector vector, long bytes) {
    ArrowBuf made = vector.getAllocator().buffer(bytes);
    made.writerIndex(bytes);
    return made;
  }
}
