package org.pagestamp.conformance;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Reads a file of vectors one at a time: JSON Lines in UTF-8, plain or compressed with gzip.
 *
 * <p>Strict: an unknown or missing field, mode or access type, a number that is none, an entry
 * outside all slots and the like end the reading with a {@link VectorFormatException}. Not safe for
 * use by several threads.
 */
public final class VectorReader implements Closeable {
  /** Far beyond 64 slots; a compressed file may unfold to one endless line. */
  private static final int LONGEST_LINE = 1 << 20;

  private final String file;
  private final BufferedReader lines;
  private long line;

  private VectorReader(String file, BufferedReader lines) {
    this.file = file;
    this.lines = lines;
  }

  /**
   * Opens a file.
   *
   * @throws IOException if it cannot be read
   */
  public static VectorReader open(Path file) throws IOException {
    return of(file.toString(), Files.newInputStream(file));
  }

  /**
   * Reads from a stream, which the reader closes.
   *
   * @param file a name for messages
   * @throws IOException if the stream cannot be read
   */
  public static VectorReader of(String file, InputStream stream) throws IOException {
    try {
      InputStream buffered = new BufferedInputStream(stream);
      buffered.mark(2);
      boolean gzip = buffered.read() == 0x1F && buffered.read() == 0x8B;
      buffered.reset();
      InputStream plain = gzip ? new GZIPInputStream(buffered) : buffered;
      return new VectorReader(
          file,
          new BufferedReader(new InputStreamReader(plain, StandardCharsets.UTF_8.newDecoder())));
    } catch (EOFException | ZipException e) {
      stream.close();
      VectorFormatException exception =
          new VectorFormatException(
              file, 1, "", "it begins like gzip, but is not: " + e.getMessage());
      exception.initCause(e);
      throw exception;
    } catch (IOException e) {
      stream.close();
      throw e;
    }
  }

  /**
   * The next vector; empty at the end of the file.
   *
   * @throws VectorFormatException if the next line is no vector
   * @throws IOException if the file cannot be read
   */
  public Optional<PlacedVector> next() throws IOException {
    String json = readLine();
    return json == null
        ? Optional.empty()
        : Optional.of(VectorParser.parse(new VectorOrigin(file, line, json)));
  }

  private String readLine() throws IOException {
    line++;
    try {
      StringBuilder text = new StringBuilder();
      int letter = lines.read();
      if (letter < 0) {
        return null;
      }
      while (letter >= 0 && letter != '\n') {
        if (text.length() == LONGEST_LINE) {
          throw new VectorFormatException(
              file, line, "", "it is longer than " + LONGEST_LINE + " characters");
        }
        text.append((char) letter);
        letter = lines.read();
      }
      return text.toString();
    } catch (CharacterCodingException e) {
      throw unreadable("it is not UTF-8", e);
    } catch (EOFException e) {
      throw unreadable("the compressed file is truncated here", e);
    } catch (ZipException e) {
      throw unreadable("the compressed file is damaged here: " + e.getMessage(), e);
    }
  }

  private VectorFormatException unreadable(String problem, IOException cause) {
    VectorFormatException exception = new VectorFormatException(file, line, "", problem);
    exception.initCause(cause);
    return exception;
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
