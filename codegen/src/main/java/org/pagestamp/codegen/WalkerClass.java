package org.pagestamp.codegen;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.util.TraceClassVisitor;

/** A generated walker class, as bytes and as text. Immutable. */
public final class WalkerClass {
  private final String name;
  private final byte[] classFile;
  private final Supplier<String> listing;
  private final Map<String, Integer> methodSizes;
  private final List<Object> classData;

  WalkerClass(
      String name,
      byte[] classFile,
      Supplier<String> listing,
      Map<String, Integer> methodSizes,
      List<Object> classData) {
    this.name = name;
    this.classFile = classFile;
    this.listing = listing;
    this.methodSizes = methodSizes;
    this.classData = classData;
  }

  /** Simple name of the class, which tells the mode. */
  public String name() {
    return name;
  }

  /** The class file's bytes; a copy. */
  public byte[] classFile() {
    return classFile.clone();
  }

  /**
   * The class as a readable listing. Line n of it is line n in the class's line-number tables, so
   * profilers that show lines lead here.
   */
  public String listing() {
    return listing.get();
  }

  /** Bytes of bytecode of each method of a walk, in the order of the listing; unmodifiable. */
  public Map<String, Integer> methodSizes() {
    return Collections.unmodifiableMap(methodSizes);
  }

  /** The bytecode as text. */
  public String bytecode() {
    StringWriter text = new StringWriter();
    new ClassReader(classFile).accept(new TraceClassVisitor(new PrintWriter(text)), 0);
    return text.toString();
  }

  /** The objects that the class refers to, in the order its initializer takes them. */
  List<Object> classData() {
    return classData;
  }
}
