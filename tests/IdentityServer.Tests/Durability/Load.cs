using System.Collections.Concurrent;
using System.Net;
using IdentityServer.Tests.Fixtures;

namespace IdentityServer.Tests.Durability;

/// <summary>
/// Several callers at once, who register, visit and refresh until the server dies under them, and note what was acknowledged: an
/// answer that did not arrive promised nothing.
/// </summary>
internal sealed class Load(Uri address) : IDisposable
{
    private const int Registrars = 2;
    private const int Visitors = 2;
    private const int Refreshers = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly LoadClient client = new(address);
    private readonly ConcurrentQueue<Browser> signedIn = [];
    private readonly ConcurrentQueue<Family> idle = [];
    private volatile bool dying;
    private volatile bool dead;
    private int refreshed;

    /// <summary>Who was told to be registered.</summary>
    public ConcurrentBag<string> Registered { get; } = [];

    /// <summary>The latest tokens that each family was given.</summary>
    public ConcurrentBag<Family> Families { get; } = [];

    /// <summary>Calls until so much was acknowledged, and has the server killed while the calls go on.</summary>
    public async Task RunAsync(int registrations, int refreshes, Func<Task> killAsync)
    {
        using var patience = new CancellationTokenSource(Patience);
        var callers = Enumerable.Repeat(RegisterAsync, Registrars)
            .Concat(Enumerable.Repeat(VisitAsync, Visitors))
            .Concat(Enumerable.Repeat(RefreshAsync, Refreshers))
            .Select(call => Task.Run(() => RepeatAsync(call)))
            .ToList();
        while ((Registered.Count < registrations || refreshed < refreshes) && callers.TrueForAll(caller => !caller.IsFaulted))
        {
            await Task.Delay(10, patience.Token);
        }

        dying = true;
        await killAsync();
        dead = true;
        await Task.WhenAll(callers).WaitAsync(patience.Token);
    }

    public void Dispose()
    {
        client.Dispose();
        foreach (var browser in signedIn)
        {
            browser.Dispose();
        }
    }

    private async Task RepeatAsync(Func<Task> call)
    {
        while (!dead)
        {
            try
            {
                await call();
            }
            catch (HttpRequestException) when (dying)
            {
                return;
            }
        }
    }

    private async Task RegisterAsync()
    {
        var email = TestServer.NewEmail();
        var browser = new Browser(address);
        var tokens = await client.RegisterAsync(browser, email);
        Registered.Add(email);
        Note(tokens);
        signedIn.Enqueue(browser);
    }

    private async Task VisitAsync()
    {
        if (!signedIn.TryDequeue(out var browser))
        {
            await Task.Delay(10);
            return;
        }

        Note(await client.VisitAsync(browser));
        signedIn.Enqueue(browser);
        await Task.Delay(10); // Each visit is a family to look after; a few hundred are enough.
    }

    private async Task RefreshAsync()
    {
        if (!idle.TryDequeue(out var family))
        {
            await Task.Delay(10);
            return;
        }

        var tokens = await client.RefreshAsync(family.RefreshToken);
        Assert.Equal(HttpStatusCode.OK, tokens.Status);
        (family.AccessToken, family.RefreshToken) = (tokens.AccessToken, tokens.RefreshToken);
        Interlocked.Increment(ref refreshed);
        idle.Enqueue(family);
    }

    private void Note(TokenAnswer tokens)
    {
        var family = new Family { AccessToken = tokens.AccessToken, RefreshToken = tokens.RefreshToken };
        Families.Add(family);
        idle.Enqueue(family);
    }

    /// <summary>What one authorization gave, as far as the client knows.</summary>
    internal sealed class Family
    {
        public required string AccessToken { get; set; }

        public required string RefreshToken { get; set; }
    }
}
