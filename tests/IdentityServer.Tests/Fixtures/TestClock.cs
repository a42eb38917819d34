namespace IdentityServer.Tests.Fixtures;

/// <summary>A clock that a test moves. Timers keep running on real time.</summary>
public sealed class TestClock : TimeProvider
{
    private readonly Lock gate = new();

    // Whole milliseconds, as the database keeps them. It starts at the real time, because browsers' cookies and TLS do not know this clock.
    private DateTimeOffset now = DateTimeOffset.FromUnixTimeMilliseconds(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (gate)
        {
            return now;
        }
    }

    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    /// <summary>Moves the clock forward.</summary>
    public void Advance(TimeSpan by)
    {
        lock (gate)
        {
            now += by;
        }
    }
}
