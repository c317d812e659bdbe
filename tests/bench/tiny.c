/*
 * tiny: the smallest program there is, so that a benchmark of pools measures the pool. Exits with
 * 0; built with -DLINE it prints one line first. Linked without a libc where the instructions are
 * known, as an ordinary program elsewhere.
 */
#if defined(__x86_64__) && defined(__linux__)

__attribute__((unused)) static long
call(long number, long a, const void *b, long c)
{
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c)
			 : "rcx", "r11", "memory");
	return result;
}

#define WRITE 1
#define EXIT 60

#elif defined(__aarch64__) && defined(__linux__)

__attribute__((unused)) static long
call(long number, long a, const void *b, long c)
{
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = a;
	register const void *x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;

	__asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "memory");
	return x0;
}

#define WRITE 64
#define EXIT 93

#else
#define HOSTED
#include <unistd.h>
#endif

#ifdef HOSTED

int
main(void)
{
#ifdef LINE
	return write(1, "one line\n", 9) != 9;
#else
	return 0;
#endif
}

#else

void _start(void);

void
_start(void)
{
	long status = 0;

#ifdef LINE
	status = call(WRITE, 1, "one line\n", 9) != 9;
#endif
	call(EXIT, status, 0, 0);
	__builtin_unreachable();
}

#endif
