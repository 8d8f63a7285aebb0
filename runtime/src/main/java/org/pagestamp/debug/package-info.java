/**
 * For debuggers, memory viewers and introspection: guest-virtual memory without side effects, all
 * that page tables map, and what maps a guest-physical address.
 *
 * <p>Nothing here sets accessed or dirty bits or reaches a device. The descent through the tables
 * shares no code with walkers, so that each can judge the other. Depends on {@code vcpu}, {@code
 * walk}, {@code slot} and {@code mode}.
 */
package org.pagestamp.debug;
