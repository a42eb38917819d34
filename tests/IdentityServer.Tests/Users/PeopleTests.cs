using IdentityServer.Authorizations;
using IdentityServer.Data;
using IdentityServer.Registrations;
using IdentityServer.Sessions;
using IdentityServer.Tests.Fixtures;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Tests.Users;

public sealed class PeopleTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory, OnEachDatabase]
    public async Task A_person_is_found_by_any_spelling_of_the_address(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var user = await server.AddUserAsync($"Ada+{Guid.NewGuid():N}@Bücher.Example");

        var found = await server.Get<People>().FindByLoginIdAsync(user.Email!.ToUpperInvariant().Replace("BÜCHER", "xn--bcher-kva", StringComparison.Ordinal), None);

        Assert.Equal(user.Id, found?.Id);
    }

    [Theory, OnEachDatabase]
    public async Task A_person_is_found_by_user_name(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var name = "Ada-" + Guid.NewGuid().ToString("N");
        var user = await server.AddUserAsync(change: wanted => wanted with { Email = null, Username = name });

        Assert.Equal(user.Id, (await server.Get<People>().FindByLoginIdAsync(name.ToUpperInvariant(), None))?.Id);
        Assert.Equal(name, user.Username);
    }

    [Theory, OnEachDatabase]
    public async Task Of_many_who_take_an_address_at_once_one_gets_it(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var application = await server.AddApplicationAsync();
        var email = TestServer.NewEmail();

        var results = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Task.Run(() => server.Get<Registrar>().CreateAsync(
            new NewUser { Email = email, Password = TestServer.Password }, new NewRegistration { ApplicationId = application.Id }, "test", None))));

        Assert.Single(results, result => !result.Failed(out var _, out _));
        Assert.All(
            results.Where(result => result.Failed(out _, out _)),
            result => Assert.Equal(["[duplicate]user.email"], result.ExpectErrors().Codes()));
        Assert.Equal(1, await server.ReadAsync(db => db.Users.CountAsync(user => user.Email == email)));
        Assert.Equal(1, await server.ReadAsync(db => db.Registrations.CountAsync(row => row.ApplicationId == application.Id)));
    }

    [Theory, OnEachDatabase]
    public async Task An_id_or_user_name_that_is_taken_is_told_at_its_field(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var people = server.Get<People>();
        var name = "name-" + Guid.NewGuid().ToString("N");
        var user = await server.AddUserAsync(change: wanted => wanted with { Username = name });

        var sameName = await people.CreateAsync(new NewUser { Username = name.ToUpperInvariant() }, "test", None);
        var sameId = await people.CreateAsync(new NewUser { Id = user.Id, Email = TestServer.NewEmail() }, "test", None);

        Assert.Equal(["[duplicate]user.username"], sameName.ExpectErrors().Codes());
        Assert.Equal(["[duplicate]user.id"], sameId.ExpectErrors().Codes());
    }

    [Fact]
    public async Task Everything_that_is_wrong_is_told_at_once()
    {
        var server = await TestServer.SharedAsync();

        var refused = await server.Get<People>().CreateAsync(
            new NewUser
            {
                Email = "ada@example",
                Username = "ada@home",
                Password = "short",
                FullName = new string('x', 192),
                FirstName = "A\u0000da",
                ImageUrl = "javascript:alert(1)",
                PreferredLanguages = ["de", "not a language"],
                Data = "[]",
            },
            "test",
            None);

        Assert.Equal(
            [
                "[notEmail]user.email", "[invalid]user.username", "[invalid]user.firstName", "[tooLong]user.fullName", "[invalid]user.imageUrl",
                "[invalid]user.preferredLanguages", "[invalidJSON]user.data", "[tooShort]user.password",
            ],
            refused.ExpectErrors().Codes());
    }

    [Fact]
    public async Task A_form_left_blank_is_told_and_a_person_without_password_is_legal()
    {
        var people = (await TestServer.SharedAsync()).Get<People>();

        Assert.Equal(["[blank]user.email", "[blank]user.password"], (await people.CreateAsync(new NewUser { Email = " ", Password = "" }, "test", None)).ExpectErrors().Codes());
        Assert.Null((await people.CreateAsync(new NewUser { Email = TestServer.NewEmail() }, "test", None)).Expect().PasswordHash);
    }

    [Theory, OnEachDatabase]
    public async Task Parallel_changes_are_not_lost(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var user = await server.AddUserAsync(change: wanted => wanted with { FullName = "" });

        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Task.Run(() => server.Get<People>().UpdateAsync(
            user.Id, current => UserDetails.Of(current) with { FullName = current.FullName + "x" }, newPassword: null, "test", None))));

        Assert.Equal("xxxxxxxxxx", (await server.Get<People>().GetAsync(user.Id, None)).FullName);
    }

    [Theory, OnEachDatabase]
    public async Task A_refused_change_changes_nothing(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var (user, other) = (await server.AddUserAsync(), await server.AddUserAsync());
        var people = server.Get<People>();

        var duplicate = await people.UpdateAsync(user.Id, current => UserDetails.Of(current) with { FullName = "New", Email = other.Email }, null, "test", None);
        var invalid = await people.UpdateAsync(user.Id, current => UserDetails.Of(current) with { FullName = "New", Email = "no" }, null, "test", None);
        var weak = await people.UpdateAsync(user.Id, current => UserDetails.Of(current) with { FullName = "New" }, "12345678", "test", None);

        Assert.Equal(["[duplicate]user.email"], duplicate!.Value.ExpectErrors().Codes());
        Assert.Equal(["[notEmail]user.email"], invalid!.Value.ExpectErrors().Codes());
        Assert.Equal(["[breachedCommonPassword]user.password"], weak!.Value.ExpectErrors().Codes());
        Assert.Equivalent(user, await people.GetAsync(user.Id, None));
    }

    [Fact]
    public async Task A_new_address_is_not_proven()
    {
        var server = await TestServer.SharedAsync();
        var user = await server.AddUserAsync(change: wanted => wanted with { Verified = true });
        var people = server.Get<People>();

        var renamed = (await people.UpdateAsync(user.Id, current => UserDetails.Of(current) with { FullName = "New" }, null, "test", None))!.Value.Expect();
        Assert.True(renamed.Verified);
        var moved = (await people.UpdateAsync(user.Id, current => UserDetails.Of(current) with { Email = TestServer.NewEmail() }, null, "test", None))!.Value.Expect();
        Assert.False(moved.Verified);
        Assert.Null(moved.VerifiedAt);
    }

    [Theory, OnEachDatabase]
    public async Task Deactivation_ends_all_access_and_reactivation_gives_none_of_it_back(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var (user, secret) = await SignedInWithAuthorizationAsync(server);

        Assert.True(await server.Get<People>().DeactivateAsync(user.Id, "test", None));
        await AssertNoAccessAsync(server, user, secret);
        Assert.True(await server.Get<People>().ReactivateAsync(user.Id, "test", None));
        await AssertNoAccessAsync(server, user, secret);
        Assert.False(await server.Get<People>().DeactivateAsync(Guid.NewGuid(), "test", None));
    }

    [Theory, OnEachDatabase]
    public async Task A_new_password_ends_all_access(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var (user, secret) = await SignedInWithAuthorizationAsync(server);

        var changed = await server.Get<People>().UpdateAsync(user.Id, current => UserDetails.Of(current), "another good password", "test", None);

        Assert.NotEqual(user.SecurityStamp, changed!.Value.Expect().SecurityStamp);
        await AssertNoAccessAsync(server, user, secret);
    }

    [Theory, OnEachDatabase]
    public async Task Deletion_leaves_nothing_of_the_person(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var (user, secret) = await SignedInWithAuthorizationAsync(server);

        Assert.True(await server.Get<People>().DeleteAsync(user.Id, "test", None));

        Assert.Null(await server.Get<People>().FindAsync(user.Id, None));
        Assert.Null(await server.Get<BrowserSessions>().FindAsync(secret, None));
        Assert.Equal(0, await server.ReadAsync(db => db.Authorizations.CountAsync(row => row.UserId == user.Id)));
        Assert.Equal(0, await server.ReadAsync(db => db.Registrations.CountAsync(row => row.UserId == user.Id)));
        Assert.False(await server.Get<People>().DeleteAsync(user.Id, "test", None));
    }

    private static async Task<(User User, string Secret)> SignedInWithAuthorizationAsync(TestServer server)
    {
        var application = await server.AddApplicationAsync();
        var user = await server.AddUserAsync(application: application);
        var started = await server.Get<BrowserSessions>().StartAsync(new NewSession { Proof = new(user, AuthenticationType.Password, Amr.Password), Persistent = false }, None);
        await server.AddAuthorizationAsync(user, application, started!.Session.Id);
        Assert.NotNull(await server.Get<BrowserSessions>().FindAsync(started.Secret, None));
        return (user, started.Secret);
    }

    private static async Task AssertNoAccessAsync(TestServer server, User user, string secret)
    {
        Assert.Null(await server.Get<BrowserSessions>().FindAsync(secret, None));
        var statuses = await server.ReadAsync(db => db.Authorizations.Where(row => row.UserId == user.Id).Select(row => row.Status).ToListAsync());
        Assert.Equal([AuthorizationStatus.Revoked], statuses);
    }
}
