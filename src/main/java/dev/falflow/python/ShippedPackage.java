package dev.falflow.python;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/** The files of our Python package where they are shipped, and what identifies their content. */
abstract sealed class ShippedPackage implements AutoCloseable {
  /** One file; size and checksum stand for its content, since the jar's index holds them ready. */
  record Item(String name, long size, long crc) {}

  private final List<Item> items;

  private ShippedPackage(List<Item> items) {
    this.items = items.stream().sorted(Comparator.comparing(Item::name)).toList();
  }

  /** In the jar, or in a folder of classes while fal itself is developed. */
  static ShippedPackage open() throws IOException {
    URL anchor = ShippedPackage.class.getResource("package/fal/__init__.py");
    if (anchor == null) {
      throw new IOException("it is missing from the jar");
    }
    URLConnection connection = anchor.openConnection();
    if (connection instanceof JarURLConnection inJar) {
      inJar.setUseCaches(false);
      String entry = inJar.getEntryName();
      String prefix = entry.substring(0, entry.length() - "fal/__init__.py".length());
      return InJar.of(inJar.getJarFile(), prefix);
    }
    return InFolder.of(Path.of(URI.create(anchor.toString())).resolve("../..").normalize());
  }

  final List<Item> items() {
    return items;
  }

  /** Names the content: the same files give the same key wherever they are shipped. */
  final String key() {
    StringBuilder lines = new StringBuilder();
    for (Item item : items) {
      lines.append(item.name()).append(' ').append(item.size()).append(' ').append(item.crc());
      lines.append('\n');
    }
    return Hashes.shortSha256(lines.toString());
  }

  abstract InputStream read(Item item) throws IOException;

  @Override
  public abstract void close() throws IOException;

  private static boolean isCompiled(String name) {
    return name.contains("__pycache__") || name.endsWith(".pyc");
  }

  private static final class InJar extends ShippedPackage {
    private final JarFile jar;
    private final String prefix;

    private InJar(List<Item> items, JarFile jar, String prefix) {
      super(items);
      this.jar = jar;
      this.prefix = prefix;
    }

    static InJar of(JarFile jar, String prefix) {
      List<Item> items =
          jar.stream()
              .filter(entry -> entry.getName().startsWith(prefix) && !entry.isDirectory())
              .filter(entry -> !isCompiled(entry.getName()))
              .map(
                  entry ->
                      new Item(
                          entry.getName().substring(prefix.length()),
                          entry.getSize(),
                          entry.getCrc()))
              .toList();
      return new InJar(items, jar, prefix);
    }

    @Override
    InputStream read(Item item) throws IOException {
      return jar.getInputStream(jar.getJarEntry(prefix + item.name()));
    }

    @Override
    public void close() throws IOException {
      jar.close();
    }
  }

  private static final class InFolder extends ShippedPackage {
    private final Path folder;

    private InFolder(List<Item> items, Path folder) {
      super(items);
      this.folder = folder;
    }

    static InFolder of(Path folder) throws IOException {
      List<Item> items = new ArrayList<>();
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          String name = folder.relativize(file).toString();
          if (!isCompiled(name)) {
            byte[] content = Files.readAllBytes(file);
            CRC32 crc = new CRC32();
            crc.update(content);
            items.add(new Item(name, content.length, crc.getValue()));
          }
        }
      }
      return new InFolder(items, folder);
    }

    @Override
    InputStream read(Item item) throws IOException {
      return new ByteArrayInputStream(Files.readAllBytes(folder.resolve(item.name())));
    }

    @Override
    public void close() {}
  }
}
