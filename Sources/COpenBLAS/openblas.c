#include "COpenBLAS.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

// The entry points used, declared here so that a build needs no OpenBLAS headers. cblas.h's enumerations are
// plain ints: row-major is 101, no transposition 111, transposition 112, upper 121. Debian's library has 32-bit indices.
enum { rowMajor = 101, noTransposition = 111, transposition = 112, upper = 121 };
typedef void (*sgemm_function)(int order, int transposeA, int transposeB, int m, int n, int k, float alpha,
                               const float *a, int lda, const float *b, int ldb, float beta, float *c, int ldc);
typedef void (*dsyrk_function)(int order, int triangle, int transposeA, int n, int k, double alpha, const double *a,
                               int lda, double beta, double *c, int ldc);
typedef char *(*corename_function)(void);
typedef void (*set_threads_function)(int count);

static const char libraryName[] = "libopenblas.so.0";
static const char threadVariable[] = "OPENBLAS_NUM_THREADS";

static pthread_once_t once = PTHREAD_ONCE_INIT;
static sgemm_function sgemm;
static dsyrk_function dsyrk;
static corename_function corename;
static const char *failure;
static char failureText[512];

/// Opens the library with its thread pool held to one thread, leaving the environment as it was found.
static void *openSingleThreaded(void) {
  const bool isSetByUser = getenv(threadVariable) != NULL;
  if (!isSetByUser) setenv(threadVariable, "1", 0);
  void *library = dlopen(libraryName, RTLD_NOW | RTLD_LOCAL);
  if (!isSetByUser) unsetenv(threadVariable);
  return library;
}

static void load(void) {
  void *library = openSingleThreaded();
  if (library == NULL) {
    const char *reason = dlerror();
    snprintf(failureText, sizeof failureText, "cannot load %s: %s", libraryName, reason ? reason : "no reason given");
    failure = failureText;
    return;
  }
  sgemm = (sgemm_function)dlsym(library, "cblas_sgemm");
  corename = (corename_function)dlsym(library, "openblas_get_corename");
  dsyrk = (dsyrk_function)dlsym(library, "cblas_dsyrk");
  if (sgemm == NULL || dsyrk == NULL) {
    snprintf(failureText, sizeof failureText, "%s lacks cblas_sgemm or cblas_dsyrk", libraryName);
    failure = failureText;
    return;
  }
  set_threads_function setThreads = (set_threads_function)dlsym(library, "openblas_set_num_threads");
  if (setThreads != NULL) setThreads(1);
}

const char *wgit_openblas_load(void) {
  pthread_once(&once, load);
  return failure;
}

const char *wgit_openblas_core(void) {
  const char *name = corename != NULL ? corename() : NULL;
  return name != NULL ? name : "unknown";
}

void wgit_sgemm(bool transposeA, bool transposeB, int32_t m, int32_t n, int32_t k, float alpha, const float *a,
                int32_t lda, const float *b, int32_t ldb, float beta, float *c, int32_t ldc) {
  sgemm(rowMajor, transposeA ? transposition : noTransposition, transposeB ? transposition : noTransposition, m, n, k,
        alpha, a, lda, b, ldb, beta, c, ldc);
}

void wgit_dsyrk_transposed(int32_t n, int32_t k, double alpha, const double *a, int32_t lda, double beta, double *c,
                           int32_t ldc) {
  dsyrk(rowMajor, upper, transposition, n, k, alpha, a, lda, beta, c, ldc);
}
