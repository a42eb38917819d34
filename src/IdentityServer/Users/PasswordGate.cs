using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Threading.RateLimiting;

namespace IdentityServer.Users;

/// <summary>
/// Lets as many password hashes be computed at once as the machine has cores, with a short queue. A hash costs as much as
/// thousands of pages, so a flood of sign-ins must not take the cores from everything else; what finds the queue full is refused.
/// </summary>
public sealed class PasswordGate : IDisposable
{
    /// <summary>When to come back after a refusal: the queue has drained by then.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    private const string BusyReason = "busy";
    private const int QueuePerCore = 16; // At 13 hashes per second and core, the last in the queue waits a second and a quarter.

    private readonly ConcurrencyLimiter limiter = new(new ConcurrencyLimiterOptions
    {
        PermitLimit = Environment.ProcessorCount,
        QueueLimit = Environment.ProcessorCount * QueuePerCore,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

    /// <summary>Runs <paramref name="work"/> when its turn comes, or gives <paramref name="busy"/> if too many wait already.</summary>
    public async Task<T> RunAsync<T>(Func<T> work, T busy, CancellationToken cancellation)
    {
        using var lease = await limiter.AcquireAsync(permitCount: 1, cancellation);

        // On a thread of its own: on the pool's few threads a hash would hold up requests that are quick.
        return lease.IsAcquired
            ? await Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
            : busy;
    }

    /// <summary>The refusal among findings, for what creates or changes a person.</summary>
    public static FieldErrors Busy() => new FieldErrors().AddGeneral(
        BusyReason, "The server is busy. Try again in a moment.", new Dictionary<string, object> { ["seconds"] = (int)RetryAfter.TotalSeconds });

    /// <summary>Whether the findings are that refusal: 503 with <c>Retry-After</c> (<paramref name="seconds"/>).</summary>
    public static bool IsBusy(FieldErrors errors, [NotNullWhen(true)] out string? seconds)
    {
        seconds = errors.General.Any(error => error.Reason == BusyReason) ? RetryAfter.TotalSeconds.ToString(CultureInfo.InvariantCulture) : null;
        return seconds is not null;
    }

    /// <inheritdoc/>
    public void Dispose() => limiter.Dispose();
}
