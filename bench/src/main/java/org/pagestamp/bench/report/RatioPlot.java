package org.pagestamp.bench.report;

import java.io.StringWriter;
import java.util.List;
import java.util.Locale;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import org.pagestamp.bench.run.Row;

/**
 * Ratios on a logarithmic axis: a dot for each median, a thick line for the quartiles, a thin one
 * for the JVMs' lowest and highest median, a tick for the bar.
 *
 * <p>Written element by element: chart libraries for the JVM draw through AWT, which needs fonts
 * that servers and containers often lack.
 */
final class RatioPlot {
  private static final int LABELS = 330;
  private static final int AXIS = 520;
  private static final int MARGIN = 20;
  private static final int TOP = 70;
  private static final int LINE = 22;
  private static final int BOTTOM = 30;
  private static final double[] TICKS = {
    0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 7, 10, 20, 50, 100
  };
  private static final String DEPENDENT = "#0969da";
  private static final String INDEPENDENT = "#bc4c00";
  private static final String DIM = "#8c959f";

  /** A label and the ratios beside it, one for each loop. */
  record Line(String label, List<Row> rows) {}

  private final XMLStreamWriter out;
  private final List<Line> lines;
  private final double low;
  private final double high;

  private RatioPlot(XMLStreamWriter out, List<Line> lines) {
    this.out = out;
    this.lines = lines;
    this.low =
        lines.stream()
                .flatMap(line -> line.rows().stream())
                .mapToDouble(Row::lowest)
                .map(ratio -> Math.min(ratio, 0.9))
                .min()
                .orElse(0.9)
            / 1.1;
    this.high =
        lines.stream()
                .flatMap(line -> line.rows().stream())
                .mapToDouble(Row::highest)
                .map(ratio -> Math.max(ratio, 1.1))
                .max()
                .orElse(1.1)
            * 1.1;
  }

  /** The plot as an SVG document. */
  static String svg(String title, List<Line> lines) {
    StringWriter text = new StringWriter();
    try {
      XMLStreamWriter out = XMLOutputFactory.newFactory().createXMLStreamWriter(text);
      new RatioPlot(out, lines).document(title);
      out.close();
    } catch (XMLStreamException e) {
      throw new IllegalStateException("a string takes everything", e);
    }
    return text + "\n";
  }

  private void document(String title) throws XMLStreamException {
    int width = LABELS + AXIS + 2 * MARGIN;
    int height = TOP + lines.size() * LINE + BOTTOM;
    out.writeStartElement("svg");
    out.writeDefaultNamespace("http://www.w3.org/2000/svg");
    attribute("viewBox", "0 0 " + width + " " + height);
    attribute("width", width);
    attribute("height", height);
    attribute("font-family", "sans-serif");
    attribute("font-size", 12);
    rectangle(0, 0, width, height, "#ffffff");
    text(MARGIN, 24, "start", "#1f2328", title);
    legend();
    axis(height - BOTTOM);
    for (int i = 0; i < lines.size(); i++) {
      line(lines.get(i), TOP + i * LINE + LINE / 2);
    }
    out.writeEndElement();
  }

  private void legend() throws XMLStreamException {
    int y = 44;
    dot(LABELS + MARGIN, y, DEPENDENT);
    text(LABELS + MARGIN + 10, y + 4, "start", DEPENDENT, "dependent walks");
    dot(LABELS + MARGIN + 130, y, INDEPENDENT);
    text(LABELS + MARGIN + 140, y + 4, "start", INDEPENDENT, "independent walks");
    text(LABELS + MARGIN + 280, y + 4, "start", DIM, "| bar, in its loop's colour");
  }

  private void axis(int bottom) throws XMLStreamException {
    for (double tick : TICKS) {
      if (tick >= low && tick <= high) {
        stroke(x(tick), TOP, x(tick), bottom, tick == 1 ? "#57606a" : "#d8dee4", 1);
        text(x(tick), bottom + 16, "middle", "#57606a", trimmed(tick));
      }
    }
  }

  private void line(Line line, int y) throws XMLStreamException {
    text(LABELS + MARGIN - 10, y + 4, "end", "#1f2328", line.label());
    for (int i = 0; i < line.rows().size(); i++) {
      Row row = line.rows().get(i);
      boolean dependent = row.reading().loop().equals("dependent");
      mark(row, y + (dependent ? -4 : 4), dependent ? DEPENDENT : INDEPENDENT);
    }
  }

  private void mark(Row row, int y, String colour) throws XMLStreamException {
    stroke(x(row.lowest()), y, x(row.highest()), y, colour, 1);
    stroke(x(row.reading().lower()), y, x(row.reading().upper()), y, colour, 3);
    if (row.hasBar()) {
      stroke(x(row.bar()), y - 5, x(row.bar()), y + 5, colour, 2);
    }
    out.writeStartElement("g");
    out.writeStartElement("title");
    out.writeCharacters(
        row.reading().label() + ": " + Numbers.median(row) + " " + Numbers.bar(row));
    out.writeEndElement();
    dot(x(row.reading().median()), y, colour);
    out.writeEndElement();
  }

  private double x(double ratio) {
    double clipped = Math.clamp(ratio, low, high);
    return LABELS + MARGIN + AXIS * Math.log(clipped / low) / Math.log(high / low);
  }

  private void dot(double x, double y, String colour) throws XMLStreamException {
    out.writeEmptyElement("circle");
    attribute("cx", x);
    attribute("cy", y);
    attribute("r", 3.5);
    attribute("fill", colour);
  }

  private void stroke(double x1, double y1, double x2, double y2, String colour, int width)
      throws XMLStreamException {
    out.writeEmptyElement("line");
    attribute("x1", x1);
    attribute("y1", y1);
    attribute("x2", x2);
    attribute("y2", y2);
    attribute("stroke", colour);
    attribute("stroke-width", width);
  }

  private void rectangle(int x, int y, int width, int height, String colour)
      throws XMLStreamException {
    out.writeEmptyElement("rect");
    attribute("x", x);
    attribute("y", y);
    attribute("width", width);
    attribute("height", height);
    attribute("fill", colour);
  }

  private void text(double x, double y, String anchor, String colour, String text)
      throws XMLStreamException {
    out.writeStartElement("text");
    attribute("x", x);
    attribute("y", y);
    attribute("text-anchor", anchor);
    attribute("fill", colour);
    out.writeCharacters(text);
    out.writeEndElement();
  }

  private void attribute(String name, String value) throws XMLStreamException {
    out.writeAttribute(name, value);
  }

  private void attribute(String name, double value) throws XMLStreamException {
    out.writeAttribute(name, trimmed(value));
  }

  /** With two decimals at most. */
  private static String trimmed(double value) {
    String text = String.format(Locale.ROOT, "%.2f", value);
    return text.replaceAll("\\.?0+$", "");
  }
}
