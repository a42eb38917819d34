using IdentityServer.Users;

namespace IdentityServer.Tests.Fixtures;

/// <summary>So many who sign in at once that the gate of passwords lets nobody else in.</summary>
public sealed class Crowd
{
    private readonly TaskCompletionSource leave = new();
    private readonly List<Task<bool>> waiting = [];

    private Crowd()
    {
    }

    public static async Task<Crowd> GatherAsync(PasswordGate gate)
    {
        var crowd = new Crowd();
        while (true)
        {
            var next = gate.RunAsync(
                () =>
                {
                    crowd.leave.Task.Wait();
                    return true;
                },
                busy: false,
                CancellationToken.None);
            if (next.IsCompleted && !await next)
            {
                return crowd;
            }

            crowd.waiting.Add(next);
        }
    }

    public async Task LeaveAsync()
    {
        leave.SetResult();
        Assert.All(await Task.WhenAll(waiting), Assert.True);
    }
}
