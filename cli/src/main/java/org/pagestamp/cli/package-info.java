/** The command {@code pagestamp} and its subcommands. */
package org.pagestamp.cli;
