package org.pagestamp.codegen;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** The methods of a class under construction, in bytecode and in the listing. */
final class ClassBody {
  private final String owner;
  private final ClassVisitor visitor;
  private final Listing listing;
  private final Map<String, Label> ends = new LinkedHashMap<>();

  ClassBody(String owner, ClassVisitor visitor, Listing listing) {
    this.owner = owner;
    this.visitor = visitor;
    this.listing = listing;
  }

  /** A parameter: its name in the listing and its descriptor. */
  record Parameter(String name, String descriptor) {}

  /** A method's statements, written against its parameters. */
  interface Body {
    void write(Code code, Expr... parameters);
  }

  /** Emits a method; {@code access} are its access flags. */
  void method(int access, String name, String returned, List<Parameter> parameters, Body body) {
    StringBuilder descriptor = new StringBuilder("(");
    parameters.forEach(parameter -> descriptor.append(parameter.descriptor()));
    MethodVisitor mv =
        visitor.visitMethod(access, name, descriptor.append(')') + returned, null, null);
    mv.visitCode();
    boolean isStatic = (access & Opcodes.ACC_STATIC) != 0;
    Code code = new Code(isStatic ? null : owner, listing, mv);
    Expr[] locals = code.parameters(parameters);
    listing.line("");
    listing.line(() -> header(name, returned, parameters));
    listing.indented(() -> body.write(code, locals));
    Label end = new Label();
    mv.visitLabel(end);
    ends.put(name, end);
    mv.visitMaxs(0, 0); // computed by the ClassWriter
    mv.visitEnd();
  }

  private static String header(String name, String returned, List<Parameter> parameters) {
    return parameters.stream()
        .map(Parameter::name)
        .collect(Collectors.joining(", ", typeName(returned) + " " + name + "(", ")"));
  }

  private static String typeName(String descriptor) {
    return switch (descriptor) {
      case "J" -> "long";
      case "I" -> "int";
      case "Z" -> "boolean";
      case "V" -> "void";
      default -> throw new IllegalArgumentException(descriptor);
    };
  }

  /** Bytes of bytecode of each method; known once the class file is made. */
  Map<String, Integer> sizes() {
    Map<String, Integer> sizes = new LinkedHashMap<>();
    ends.forEach((name, end) -> sizes.put(name, end.getOffset()));
    return sizes;
  }
}
