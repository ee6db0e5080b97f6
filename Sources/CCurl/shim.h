#pragma once
// libcurl with inline wrappers: its setters and getters are variadic (and macros), which Swift cannot call.
#include <signal.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <curl/curl.h>

#undef curl_easy_setopt
#undef curl_easy_getinfo

static inline CURLcode ccurl_global_init(void) { return curl_global_init(CURL_GLOBAL_DEFAULT); }

static inline CURLcode ccurl_set_long(CURL *handle, CURLoption option, long value) {
  return curl_easy_setopt(handle, option, value);
}
static inline CURLcode ccurl_set_offset(CURL *handle, CURLoption option, curl_off_t value) {
  return curl_easy_setopt(handle, option, value);
}
static inline CURLcode ccurl_set_string(CURL *handle, CURLoption option, const char *value) {
  return curl_easy_setopt(handle, option, value);
}
static inline CURLcode ccurl_set_pointer(CURL *handle, CURLoption option, void *value) {
  return curl_easy_setopt(handle, option, value);
}
static inline CURLcode ccurl_set_bytes(CURL *handle, CURLoption option, const void *value) {
  return curl_easy_setopt(handle, option, value);
}

typedef size_t (*ccurl_data_callback)(char *bytes, size_t size, size_t count, void *user);
static inline CURLcode ccurl_set_data_callback(CURL *handle, CURLoption option, ccurl_data_callback callback) {
  return curl_easy_setopt(handle, option, callback);
}

typedef int (*ccurl_progress_callback)(
    void *user, curl_off_t down_total, curl_off_t down_now, curl_off_t up_total, curl_off_t up_now);
static inline CURLcode ccurl_set_progress_callback(CURL *handle, ccurl_progress_callback callback) {
  return curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, callback);
}

static inline CURLcode ccurl_get_long(CURL *handle, CURLINFO info, long *value) {
  return curl_easy_getinfo(handle, info, value);
}
static inline CURLcode ccurl_get_offset(CURL *handle, CURLINFO info, curl_off_t *value) {
  return curl_easy_getinfo(handle, info, value);
}
static inline CURLcode ccurl_get_string(CURL *handle, CURLINFO info, const char **value) {
  return curl_easy_getinfo(handle, info, value);
}

typedef int (*ccurl_socket_callback)(void *user, curl_socket_t descriptor, curlsocktype purpose);
static inline CURLcode ccurl_set_socket_callback(CURL *handle, ccurl_socket_callback callback) {
  return curl_easy_setopt(handle, CURLOPT_SOCKOPTFUNCTION, callback);
}

// How many bytes the system has taken for a socket and the other side has not yet acknowledged; 0 if that cannot be
// known. On a slow link libcurl's own count stands still while these drain.
static inline long ccurl_unsent_bytes(curl_socket_t descriptor) {
  int unsent = 0;
#if defined(TIOCOUTQ) && defined(__linux__)
  if (ioctl(descriptor, TIOCOUTQ, &unsent) != 0) return 0;
#elif defined(SO_NWRITE)
  socklen_t size = sizeof unsent;
  if (getsockopt(descriptor, SOL_SOCKET, SO_NWRITE, &unsent, &size) != 0) return 0;
#endif
  return unsent;
}

// Lets the system take only so many bytes that it has not sent yet: what it has taken when a link ends has to be sent
// again. What is on its way is not limited by it. Without effect where the system does not know it.
static inline void ccurl_limit_unsent(curl_socket_t descriptor, int bytes) {
#ifdef TCP_NOTSENT_LOWAT
  (void)setsockopt(descriptor, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &bytes, sizeof bytes);
#endif
}

// Only HTTP and HTTPS, for the request and for any redirect. The string options came with 7.85.
static inline CURLcode ccurl_set_http_only(CURL *handle) {
#if LIBCURL_VERSION_NUM >= 0x075500
  CURLcode result = curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  if (result != CURLE_OK) return result;
  return curl_easy_setopt(handle, CURLOPT_REDIR_PROTOCOLS_STR, "https");
#else
  CURLcode result = curl_easy_setopt(handle, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
  if (result != CURLE_OK) return result;
  return curl_easy_setopt(handle, CURLOPT_REDIR_PROTOCOLS, (long)CURLPROTO_HTTPS);
#endif
}

// Performs the transfer with SIGPIPE held back on this thread alone: CURLOPT_NOSIGNAL leaves that signal to the
// caller, and a peer that hangs up must not end the process. A signal that was pending before stays pending.
static inline CURLcode ccurl_perform(CURL *handle) {
  sigset_t pipe_only, before, pending;
  sigemptyset(&pipe_only);
  sigaddset(&pipe_only, SIGPIPE);
  sigemptyset(&pending);
  sigpending(&pending);
  int was_pending = sigismember(&pending, SIGPIPE) == 1;
  int masked = pthread_sigmask(SIG_BLOCK, &pipe_only, &before) == 0;
  CURLcode result = curl_easy_perform(handle);
  if (masked) {
    sigpending(&pending);
    if (!was_pending && sigismember(&pending, SIGPIPE) == 1) {
      int taken;
      sigwait(&pipe_only, &taken);
    }
    pthread_sigmask(SIG_SETMASK, &before, 0);
  }
  return result;
}
