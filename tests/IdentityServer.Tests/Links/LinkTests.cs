using System.Text;
using IdentityServer.Data;
using IdentityServer.Links;
using IdentityServer.Tenants;
using IdentityServer.Tests.Fixtures;
using IdentityServer.Tokens;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace IdentityServer.Tests.Links;

/// <summary>The engine below the pages: who may confirm, how often one may guess, and that a link is spent once.</summary>
public sealed class LinkTests : IAsyncLifetime
{
    private const string Here = "the browser that asked";
    private const string Elsewhere = "another browser";

    private readonly Proofs purpose = new();
    private TestServer server = null!;

    private LinkStore Store => server.Get<LinkStore>();

    public async Task InitializeAsync() =>
        server = await TestServer.StartAsync(DatabaseProvider.Sqlite, services => services.AddSingleton<ILinkPurpose>(purpose), "RateLimits:Enabled=false");

    public async Task DisposeAsync() => await server.DisposeAsync();

    [Fact]
    public async Task In_the_browser_that_asked_the_link_confirms()
    {
        var made = await MakeAsync();

        Assert.Equal(ConfirmationResult.Done, await ConfirmAsync(new() { Secret = made.Secret, Browser = Here }));
    }

    [Fact]
    public async Task In_the_browser_that_asked_the_mailed_code_confirms_in_any_spelling()
    {
        var made = await MakeAsync();
        var typed = $" {made.Code![..2].ToLowerInvariant()} {made.Code[2..]} ";

        Assert.Equal(ConfirmationResult.Done, await ConfirmAsync(new() { Id = made.Row.Id, Browser = Here, Typed = typed }));
    }

    [Fact]
    public async Task Elsewhere_the_link_alone_confirms_nothing()
    {
        var made = await MakeAsync();

        Assert.Equal(ConfirmationResult.Unreadable, await ConfirmAsync(new() { Secret = made.Secret, Browser = Elsewhere }));
        Assert.Equal(ConfirmationResult.Unreadable, await ConfirmAsync(new() { Secret = made.Secret }));
        Assert.Null((await Store.FindAsync(made.Secret, CancellationToken.None))!.ConfirmedAt);
    }

    [Fact]
    public async Task Elsewhere_the_link_and_the_code_of_the_waiting_page_confirm()
    {
        var made = await MakeAsync();

        Assert.Equal(ConfirmationResult.Done, await ConfirmAsync(new() { Secret = made.Secret, Browser = Elsewhere, Typed = LinkStore.WaitingCode(made.Row, Here) }));
    }

    [Fact]
    public async Task Elsewhere_the_mailed_code_confirms_nothing()
    {
        var made = await MakeAsync();

        Assert.Equal(ConfirmationResult.Wrong, await ConfirmAsync(new() { Secret = made.Secret, Browser = Elsewhere, Typed = made.Code }));
        Assert.Equal(ConfirmationResult.Gone, await ConfirmAsync(new() { Id = made.Row.Id, Browser = Elsewhere, Typed = made.Code }));
    }

    [Fact]
    public async Task The_code_of_the_waiting_page_confirms_nothing_without_the_link()
    {
        var made = await MakeAsync();

        Assert.Equal(ConfirmationResult.Wrong, await ConfirmAsync(new() { Id = made.Row.Id, Browser = Here, Typed = LinkStore.WaitingCode(made.Row, Here) }));
    }

    [Fact]
    public async Task Whoever_has_only_the_mail_cannot_use_up_the_tries_of_the_browser_that_asked()
    {
        var made = await MakeAsync();
        for (var round = 0; round < 5; round++)
        {
            Assert.Equal(ConfirmationResult.Wrong, await ConfirmAsync(new() { Secret = made.Secret, Browser = Elsewhere, Typed = WrongCode }));
        }

        Assert.Equal(ConfirmationResult.TooMany, await ConfirmAsync(new() { Secret = made.Secret, Typed = LinkStore.WaitingCode(made.Row, Here) }));
        Assert.Equal(ConfirmationResult.Done, await ConfirmAsync(new() { Id = made.Row.Id, Browser = Here, Typed = made.Code }));
    }

    [Fact]
    public async Task After_ten_wrong_codes_the_right_one_is_refused_but_the_link_still_works_where_it_was_asked_for()
    {
        var made = await MakeAsync();
        for (var round = 0; round < 10; round++)
        {
            Assert.Equal(ConfirmationResult.Wrong, await ConfirmAsync(new() { Id = made.Row.Id, Browser = Here, Typed = WrongCode }));
        }

        Assert.Equal(ConfirmationResult.TooMany, await ConfirmAsync(new() { Id = made.Row.Id, Browser = Here, Typed = made.Code }));
        Assert.Equal(ConfirmationResult.Done, await ConfirmAsync(new() { Secret = made.Secret, Browser = Here }));
    }

    [Fact]
    public async Task What_can_be_no_code_costs_no_try()
    {
        var made = await MakeAsync();
        foreach (var typed in new[] { null, string.Empty, "12", "AEIOU1", new string('B', 100) })
        {
            Assert.Equal(ConfirmationResult.Unreadable, await ConfirmAsync(new() { Id = made.Row.Id, Browser = Here, Typed = typed }));
        }

        Assert.Equal(0, (await Store.FindAsync(made.Secret, CancellationToken.None))!.Attempts);
    }

    [Fact]
    public async Task Where_no_browser_asked_the_link_and_the_mailed_code_confirm_and_the_browser_holds_it_from_then_on()
    {
        var made = await MakeAsync(link => link with { Purpose = LinkPurpose.Invitation, Browser = null });

        Assert.Equal(ConfirmationResult.Unreadable, await ConfirmAsync(new() { Secret = made.Secret, Browser = Elsewhere }));
        Assert.Equal(ConfirmationResult.Confirmed, await ConfirmAsync(new() { Secret = made.Secret, Browser = Elsewhere, Typed = made.Code }));
        Assert.False(await SpendAsync(server, made, Here));
        Assert.True(await SpendAsync(server, made, Elsewhere));
    }

    [Fact]
    public async Task An_expired_link_confirms_nothing_and_is_not_spent()
    {
        var made = await MakeAsync(link => link with { Purpose = LinkPurpose.ChangePassword });
        var confirmed = await MakeAsync(link => link with { Purpose = LinkPurpose.ChangePassword });
        await ConfirmAsync(new() { Secret = confirmed.Secret, Browser = Here });
        server.Clock.Advance(TimeSpan.FromMinutes(30));

        Assert.Equal(ConfirmationResult.Gone, await ConfirmAsync(new() { Secret = made.Secret, Browser = Here }));
        Assert.False(await SpendAsync(server, confirmed, Here));
    }

    [Fact]
    public async Task Who_confirmed_in_the_last_moment_has_time_to_go_on()
    {
        var made = await MakeAsync(link => link with { Purpose = LinkPurpose.ChangePassword });
        server.Clock.Advance(TimeSpan.FromMinutes(29));
        await ConfirmAsync(new() { Secret = made.Secret, Browser = Here });
        server.Clock.Advance(TimeSpan.FromMinutes(9));

        Assert.True(await SpendAsync(server, made, Here));
    }

    [Fact]
    public async Task A_newer_link_takes_the_place_of_an_older_one_for_the_same()
    {
        var user = await server.AddUserAsync();
        var older = await MakeAsync(link => link with { UserId = user.Id });
        var othersPurpose = await MakeAsync(link => link with { UserId = user.Id, Purpose = LinkPurpose.ChangePassword });
        await MakeAsync(link => link with { UserId = user.Id });

        Assert.Equal(ConfirmationResult.Gone, await ConfirmAsync(new() { Secret = older.Secret, Browser = Here }));
        Assert.Equal(ConfirmationResult.Confirmed, await ConfirmAsync(new() { Secret = othersPurpose.Secret, Browser = Here }));
    }

    [Fact]
    public async Task Where_there_is_no_account_a_newer_link_takes_the_place_of_the_older_one_to_the_address()
    {
        var older = await MakeAsync(link => link with { EmailKey = "ada@example.com" });
        var other = await MakeAsync(link => link with { EmailKey = "bob@example.com" });
        await MakeAsync(link => link with { EmailKey = "ada@example.com" });

        Assert.Equal(ConfirmationResult.Gone, await ConfirmAsync(new() { Secret = older.Secret, Browser = Here }));
        Assert.Equal(ConfirmationResult.Done, await ConfirmAsync(new() { Secret = other.Secret, Browser = Here }));
    }

    [Fact]
    public async Task What_is_not_confirmed_is_not_spent()
    {
        var made = await MakeAsync(link => link with { Purpose = LinkPurpose.ChangePassword });

        Assert.False(await SpendAsync(server, made, Here));
    }

    [Fact]
    public async Task What_a_browser_asked_for_is_not_spent_by_the_secret_alone()
    {
        var made = await MakeAsync();

        Assert.False(await server.Get<Database>().WriteAsync((db, token) => Store.SpendAsync(db, made.Secret, made.Row.Purpose, token), CancellationToken.None));
    }

    [Fact]
    public async Task A_link_of_one_purpose_is_worth_nothing_for_another()
    {
        var made = await MakeAsync(link => link with { Browser = null, Purpose = LinkPurpose.OneTimePassword });

        Assert.False(await server.Get<Database>().WriteAsync((db, token) => Store.SpendAsync(db, made.Secret, LinkPurpose.SignIn, token), CancellationToken.None));
        Assert.True(await server.Get<Database>().WriteAsync((db, token) => Store.SpendAsync(db, made.Secret, LinkPurpose.OneTimePassword, token), CancellationToken.None));
    }

    [Fact]
    public async Task What_is_no_longer_so_is_refused_and_the_link_is_spent()
    {
        purpose.Effect = LinkEffect.Refused;
        var made = await MakeAsync();

        Assert.Equal(ConfirmationResult.Gone, await ConfirmAsync(new() { Secret = made.Secret, Browser = Here }));
        Assert.Equal(LinkState.Gone, Store.StateOf((await Store.FindAsync(made.Secret, CancellationToken.None))!));
    }

    [Fact]
    public async Task The_database_holds_nothing_that_opens_a_door()
    {
        var made = await MakeAsync(link => link with { Facts = new() { Address = "ada@example.com" } });
        var row = await server.ReadAsync(db => db.Links.SingleAsync(link => link.Id == made.Row.Id));

        var stored = string.Join('|', new[] { row.SecretHash, row.CodeHash!, row.BrowserHash!, row.WaitingCodeHash!, row.Payload! }.Select(bytes => Encoding.Latin1.GetString(bytes)));
        foreach (var secret in new[] { made.Secret, made.Code!, Here, LinkStore.WaitingCode(row, Here)!, "ada@example.com" })
        {
            Assert.DoesNotContain(secret, stored, StringComparison.Ordinal);
        }

        Assert.Equal("ada@example.com", Store.FactsOf(row).Address);
    }

    [Fact]
    public async Task Expired_links_are_deleted()
    {
        await MakeAsync();
        var later = await MakeAsync(link => link with { Purpose = LinkPurpose.Invitation });
        server.Clock.Advance(TimeSpan.FromHours(26));

        await server.Get<Pruning>().PruneAsync(CancellationToken.None);

        Assert.Equal([later.Row.Id], await server.ReadAsync(db => db.Links.Select(row => row.Id).ToListAsync()));
    }

    [Theory, OnEachDatabase]
    public async Task Of_many_that_spend_a_link_at_once_one_does(DatabaseProvider provider)
    {
        var shared = await TestServer.SharedAsync(provider);
        var made = await MakeAsync(shared, Wanted(shared) with { Purpose = LinkPurpose.ChangePassword });
        await shared.Get<LinkConfirmation>().ConfirmAsync(new() { Secret = made.Secret, Browser = Here }, CancellationToken.None);

        var spent = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => SpendAsync(shared, made, Here))));

        Assert.Single(spent, won => won);
    }

    [Theory, OnEachDatabase]
    public async Task Parallel_guesses_get_no_more_tries_than_others(DatabaseProvider provider)
    {
        var shared = await TestServer.SharedAsync(provider);
        var made = await MakeAsync(shared, Wanted(shared) with { Purpose = LinkPurpose.ChangePassword });

        var results = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => Task.Run(() => shared.Get<LinkConfirmation>()
            .ConfirmAsync(new() { Id = made.Row.Id, Browser = Here, Typed = WrongCode }, CancellationToken.None))));

        Assert.Equal(10, results.Count(result => result.Result is ConfirmationResult.Wrong));
        Assert.Equal(20, results.Count(result => result.Result is ConfirmationResult.TooMany));
    }

    // The chance that it is the right one is one in hundreds of millions.
    private const string WrongCode = "BBBBBB";

    private static NewLink Wanted(TestServer server) => new()
    {
        Purpose = LinkPurpose.VerifyRegistration, TenantId = server.Get<TenantCatalog>().Default.Id, Browser = Here, EmailKey = TestServer.NewEmail(),
    };

    private static Task<bool> SpendAsync(TestServer server, MadeLink made, string browser) =>
        server.Get<Database>().WriteAsync((db, token) => server.Get<LinkStore>().SpendAsync(db, made.Row.Id, browser, token), CancellationToken.None);

    private static Task<MadeLink> MakeAsync(TestServer server, NewLink wanted) =>
        server.Get<Database>().WriteAsync((db, token) => server.Get<LinkStore>().MakeAsync(db, wanted, token), CancellationToken.None);

    private Task<MadeLink> MakeAsync(Func<NewLink, NewLink>? change = null) => MakeAsync(server, change?.Invoke(Wanted(server)) ?? Wanted(server));

    private async Task<ConfirmationResult> ConfirmAsync(LinkProof proof) =>
        (await server.Get<LinkConfirmation>().ConfirmAsync(proof, CancellationToken.None)).Result;

    // A purpose that acts when it is confirmed; the others of these tests go on elsewhere.
    private sealed class Proofs : ILinkPurpose
    {
        public LinkEffect Effect { get; set; } = LinkEffect.Done;

        public LinkPurpose Purpose => LinkPurpose.VerifyRegistration;

        public Task<LinkEffect> ConfirmAsync(ServerDbContext db, Link link, LinkFacts facts, CancellationToken token) => Task.FromResult(Effect);

        public string? Next(Link link, LinkFacts facts) => null;

        public Task<Guid?> ResendAsync(Link link, LinkFacts facts, string browser, CancellationToken cancellation) => Task.FromResult<Guid?>(null);
    }
}
