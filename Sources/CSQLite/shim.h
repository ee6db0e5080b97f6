#pragma once
// SQLite with its preupdate hook declared, and inline wrappers for the variadic functions, which Swift cannot call.
#define SQLITE_ENABLE_PREUPDATE_HOOK 1
#include <sqlite3.h>
#ifdef __linux__
#include <sys/vfs.h>
#endif

static inline int csqlite_vtab_innocuous(sqlite3 *db) { return sqlite3_vtab_config(db, SQLITE_VTAB_INNOCUOUS); }
static inline int csqlite_set_config(sqlite3 *db, int option, int value) { return sqlite3_db_config(db, option, value, (int *)0); }
static inline sqlite3_destructor_type csqlite_transient(void) { return SQLITE_TRANSIENT; }
static inline sqlite3_destructor_type csqlite_static(void) { return SQLITE_STATIC; }

// The kernel's magic number of the file system that a path lies on; 0 when it cannot be told. Glibc's module leaves statfs out.
static inline unsigned int csqlite_file_system(const char *path) {
#ifdef __linux__
  struct statfs info;
  return statfs(path, &info) == 0 ? (unsigned int)info.f_type : 0;
#else
  return 0;
#endif
}
