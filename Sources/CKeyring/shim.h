#pragma once
// The kernel's keyring of the user (keyrings(7)): calls that the C library does not wrap, and that are variadic, which Swift cannot call.
// All answer -1 with errno where there is none.
#include <errno.h>
#ifdef __linux__
#include <linux/keyctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static inline long ckeyring_find(const char *name) {
  return syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_USER_KEYRING, "user", name, 0);
}
static inline long ckeyring_add(const char *name, const void *bytes, unsigned long count) {
  return syscall(SYS_add_key, "user", name, bytes, count, KEY_SPEC_USER_KEYRING);
}
// Its user's processes may find and read it whichever session they belong to: a timer's have another than a terminal's.
static inline long ckeyring_permit_user(long key) { return syscall(SYS_keyctl, KEYCTL_SETPERM, key, 0x3f1f0000u); }
static inline long ckeyring_expire(long key, unsigned seconds) { return syscall(SYS_keyctl, KEYCTL_SET_TIMEOUT, key, seconds); }
static inline long ckeyring_read(long key, void *bytes, unsigned long count) { return syscall(SYS_keyctl, KEYCTL_READ, key, bytes, count); }
static inline long ckeyring_forget(long key) { return syscall(SYS_keyctl, KEYCTL_UNLINK, key, KEY_SPEC_USER_KEYRING); }
#else
static inline long ckeyring_none(void) { errno = ENOSYS; return -1; }
static inline long ckeyring_find(const char *name) { (void)name; return ckeyring_none(); }
static inline long ckeyring_add(const char *name, const void *bytes, unsigned long count) { (void)name; (void)bytes; (void)count; return ckeyring_none(); }
static inline long ckeyring_permit_user(long key) { (void)key; return ckeyring_none(); }
static inline long ckeyring_expire(long key, unsigned seconds) { (void)key; (void)seconds; return ckeyring_none(); }
static inline long ckeyring_read(long key, void *bytes, unsigned long count) { (void)key; (void)bytes; (void)count; return ckeyring_none(); }
static inline long ckeyring_forget(long key) { (void)key; return ckeyring_none(); }
#endif
