package dev.falflow.warehouse.arrow;

import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.complex.ListVector;

/** Lists: add the items to {@link #items}, then {@link #endList}. */
public final class ListValues extends ColumnValues {
  private final ColumnValues items;
  private int[] ends = new int[1025];

  ListValues(ColumnValues items) {
    this.items = items;
  }

  public ColumnValues items() {
    return items;
  }

  /** What was added to the items since the last list is one more list. */
  public void endList() {
    makeRoom(rows());
    ends[rows() + 1] = items.rows();
    added();
  }

  public int start(int row) {
    return ends[row];
  }

  public int end(int row) {
    return ends[row + 1];
  }

  @Override
  public void clear() {
    super.clear();
    items.clear();
  }

  @Override
  public long bytes() {
    return items.bytes() + (long) rows() * Integer.BYTES;
  }

  @Override
  void makeRoom(int row) {
    if (row + 1 == ends.length) {
      ends = Arrays.copyOf(ends, ends.length * 2);
    }
  }

  @Override
  void addNothing(int row) {
    ends[row + 1] = ends[row];
  }

  @Override
  List<ArrowBuf> buffers(FieldVector vector) {
    return List.of(BytesValues.offsets(vector, ends, rows()));
  }

  @Override
  void fill(FieldVector vector) {
    super.fill(vector);
    items.fill(((ListVector) vector).getDataVector());
  }

  @Override
  void takeBuffers(FieldVector vector, int count) {
    if (ends.length < count + 1) {
      ends = new int[count + 1];
    }
    ends[0] = 0;
    if (count > 0) {
      takeOffsets(vector.getOffsetBuffer(), ends, count);
    }
    items.take(((ListVector) vector).getDataVector());
  }

  static void takeOffsets(ArrowBuf offsets, int[] ends, int count) {
    offsets
        .nioBuffer(0, (count + 1) * Integer.BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .asIntBuffer()
        .get(ends, 0, count + 1);
  }
}
