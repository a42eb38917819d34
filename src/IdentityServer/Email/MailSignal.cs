namespace IdentityServer.Email;

/// <summary>Wakes the sender of this node.</summary>
internal sealed class MailSignal : IDisposable
{
    private readonly SemaphoreSlim woken = new(0);

    /// <summary>There is something to send.</summary>
    public void Wake() => woken.Release();

    /// <summary>Waits until there is something to send, or it is time to look anyway.</summary>
    public async Task WaitAsync(TimeSpan longest, CancellationToken cancellation)
    {
        await woken.WaitAsync(longest, cancellation);
        while (woken.Wait(0, CancellationToken.None))
        {
            // Many that came together are found together.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => woken.Dispose();
}
