package org.pagestamp.codegen;

import java.util.Map;

/** A generated walker class before it is defined. STUB: being written. */
public final class WalkerClass {
  private final String name;

  WalkerClass(String name) {
    this.name = name;
  }

  /** Simple name, which names mode and layout. */
  public String name() {
    return name;
  }

  /** The class file's bytes. */
  public byte[] classFile() {
    return new byte[0];
  }

  /** The readable listing; line n of it is line n of the class's line-number tables. */
  public String listing() {
    return name;
  }

  /** The bytecode as text. */
  public String bytecode() {
    return name;
  }

  /** Bytes of bytecode by method name. */
  public Map<String, Integer> methodSizes() {
    return Map.of();
  }
}
