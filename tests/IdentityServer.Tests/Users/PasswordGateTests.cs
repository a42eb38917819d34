using IdentityServer.Tests.Fixtures;
using IdentityServer.Users;

namespace IdentityServer.Tests.Users;

public sealed class PasswordGateTests
{
    [Fact]
    public async Task Beyond_the_queue_work_is_refused_at_once_and_the_rest_is_done()
    {
        using var gate = new PasswordGate();
        using var open = new ManualResetEventSlim();
        var room = Environment.ProcessorCount * 17;

        var waiting = Enumerable.Range(0, room)
            .Select(_ => gate.RunAsync(
                () =>
                {
                    open.Wait();
                    return "done";
                },
                "busy",
                CancellationToken.None))
            .ToList();
        var refused = await gate.RunAsync(() => "done", "busy", CancellationToken.None);
        open.Set();

        Assert.Equal("busy", refused);
        Assert.All(await Task.WhenAll(waiting), outcome => Assert.Equal("done", outcome));
    }

    [Fact]
    public async Task No_more_hashes_run_at_once_than_there_are_cores()
    {
        using var gate = new PasswordGate();
        var (running, most) = (0, 0);

        await Task.WhenAll(Enumerable.Range(0, Environment.ProcessorCount * 8).Select(_ => gate.RunAsync(
            () =>
            {
                var now = Interlocked.Increment(ref running);
                InterlockedMax(ref most, now);
                Thread.Sleep(5);
                return Interlocked.Decrement(ref running);
            },
            -1,
            CancellationToken.None)));

        Assert.Equal(Environment.ProcessorCount, most);
    }

    [Fact]
    public void A_refusal_is_recognised_among_findings()
    {
        Assert.True(PasswordGate.IsBusy(PasswordGate.Busy(), out var seconds));
        Assert.Equal("2", seconds);
        Assert.False(PasswordGate.IsBusy(new FieldErrors().Add("user.email", "blank", "Enter one."), out _));
        Assert.Equal(["[busy]"], PasswordGate.Busy().Codes());
    }

    private static void InterlockedMax(ref int target, int value)
    {
        int seen;
        while (value > (seen = Volatile.Read(ref target)) && Interlocked.CompareExchange(ref target, value, seen) != seen)
        {
        }
    }
}
