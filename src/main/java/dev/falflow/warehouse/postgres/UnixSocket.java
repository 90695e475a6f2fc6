package dev.falflow.warehouse.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The JDK's channel to a Unix domain socket as the socket that the driver wants, with its time
 * limit for reads: the driver looks for answers while it sends.
 */
final class UnixSocket extends Socket {
  private final Path file;
  private @Nullable Connected connected;
  private volatile int timeout;
  private volatile boolean closed;

  private record Connected(SocketChannel channel, Selector readable, Selector writable) {}

  UnixSocket(Path file) {
    this.file = file;
  }

  /** To its file, wherever it was told to go. */
  @Override
  public void connect(SocketAddress endpoint, int limit) throws IOException {
    SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(file));
    channel.configureBlocking(false);
    Selector readable = Selector.open();
    Selector writable = Selector.open();
    channel.register(readable, SelectionKey.OP_READ);
    channel.register(writable, SelectionKey.OP_WRITE);
    connected = new Connected(channel, readable, writable);
  }

  @Override
  public void connect(SocketAddress endpoint) throws IOException {
    connect(endpoint, 0);
  }

  private Connected connected() throws IOException {
    Connected found = connected;
    if (found == null) {
      throw new IOException("not connected to " + file);
    }
    return found;
  }

  @Override
  public InputStream getInputStream() throws IOException {
    Connected to = connected();
    return new InputStream() {
      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
      }

      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        ByteBuffer into = ByteBuffer.wrap(bytes, offset, length);
        int count = to.channel.read(into);
        while (count == 0 && length > 0) {
          await(to.readable, timeout);
          count = to.channel.read(into);
        }
        return count;
      }
    };
  }

  @Override
  public OutputStream getOutputStream() throws IOException {
    Connected to = connected();
    return new OutputStream() {
      @Override
      public void write(int one) throws IOException {
        write(new byte[] {(byte) one}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        ByteBuffer from = ByteBuffer.wrap(bytes, offset, length);
        while (from.hasRemaining()) {
          if (to.channel.write(from) == 0) {
            await(to.writable, 0);
          }
        }
      }
    };
  }

  /** Milliseconds, 0 for as long as it takes. */
  private static void await(Selector selector, int milliseconds) throws IOException {
    if (selector.select(milliseconds) == 0 && milliseconds > 0) {
      throw new SocketTimeoutException("no answer within " + milliseconds + " ms");
    }
    selector.selectedKeys().clear();
  }

  @Override
  public synchronized void setSoTimeout(int milliseconds) {
    timeout = milliseconds;
  }

  @Override
  public synchronized int getSoTimeout() {
    return timeout;
  }

  @Override
  public synchronized int getSendBufferSize() {
    try {
      return connected().channel.getOption(StandardSocketOptions.SO_SNDBUF);
    } catch (IOException e) {
      return 0;
    }
  }

  /** A file has neither. */
  @Override
  public void setTcpNoDelay(boolean on) {}

  /** A file needs none. */
  @Override
  public void setKeepAlive(boolean on) {}

  @Override
  public boolean isConnected() {
    return connected != null;
  }

  @Override
  public boolean isClosed() {
    return closed;
  }

  @Override
  public synchronized void close() throws IOException {
    closed = true;
    Connected open = connected;
    if (open != null) {
      open.channel.close();
      open.readable.close();
      open.writable.close();
    }
  }
}
