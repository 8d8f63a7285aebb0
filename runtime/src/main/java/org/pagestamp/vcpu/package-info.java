/**
 * A virtual CPU as an emulator sees it: control registers, what a write to one calls for, and
 * translation in whatever mode they add up to.
 */
package org.pagestamp.vcpu;
