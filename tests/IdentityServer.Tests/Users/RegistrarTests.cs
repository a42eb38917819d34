using IdentityServer.Authorizations;
using IdentityServer.Registrations;
using IdentityServer.Sessions;
using IdentityServer.Tests.Fixtures;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Tests.Users;

public sealed class RegistrarTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory, OnEachDatabase]
    public async Task A_registration_without_roles_gets_the_default_ones(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var application = await server.AddApplicationAsync(roles: ["viewer*", "editor"]);
        var user = await server.AddUserAsync(application: application);

        var registration = await server.Get<Registrar>().FindAsync(user.Id, application.Id, None);

        Assert.Equal(["viewer"], registration!.Roles);
    }

    [Theory, OnEachDatabase]
    public async Task A_person_is_registered_once_in_an_application(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var application = await server.AddApplicationAsync();
        var user = await server.AddUserAsync();

        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
            server.Get<Registrar>().CreateAsync(user.Id, new NewRegistration { ApplicationId = application.Id }, "test", None))));

        Assert.Single(results, result => !result!.Value.Failed(out _, out _));
        Assert.Contains("[duplicate]registration", results.First(result => result!.Value.Failed(out _, out _))!.Value.ExpectErrors().Codes());
        Assert.Single(await server.Get<Registrar>().ListAsync(user.Id, None));
    }

    [Theory, OnEachDatabase]
    public async Task Nobody_is_registered_who_is_not_there(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var application = await server.AddApplicationAsync();

        Assert.Null(await server.Get<Registrar>().CreateAsync(Guid.NewGuid(), new NewRegistration { ApplicationId = application.Id }, "test", None));
    }

    [Theory, OnEachDatabase]
    public async Task A_person_is_not_created_when_the_registration_is_refused(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var registrar = server.Get<Registrar>();
        var application = await server.AddApplicationAsync(roles: ["viewer"]);
        var (first, email) = (await server.AddUserAsync(application: application), TestServer.NewEmail());
        var taken = (await registrar.FindAsync(first.Id, application.Id, None))!.Id;
        var user = new NewUser { Email = email, Password = TestServer.Password };

        var unknown = await registrar.CreateAsync(user, new NewRegistration { ApplicationId = Guid.NewGuid() }, "test", None);
        var role = await registrar.CreateAsync(user, new NewRegistration { ApplicationId = application.Id, Roles = ["owner"] }, "test", None);
        var id = await registrar.CreateAsync(user, new NewRegistration { ApplicationId = application.Id, Id = taken }, "test", None);

        Assert.Equal(["[invalid]registration.applicationId"], unknown.ExpectErrors().Codes());
        Assert.Equal(["[invalid]registration.roles"], role.ExpectErrors().Codes());
        Assert.Equal(["[duplicate]registration.id"], id.ExpectErrors().Codes());
        Assert.Null(await server.Get<People>().FindByLoginIdAsync(email, None));
    }

    [Theory, OnEachDatabase]
    public async Task Leaving_an_application_ends_access_to_it_alone(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var (left, kept) = (await server.AddApplicationAsync(), await server.AddApplicationAsync());
        var user = await server.AddUserAsync(application: left);
        var started = await server.Get<BrowserSessions>().StartAsync(new NewSession { Proof = new(user, AuthenticationType.Password, Amr.Password), Persistent = false }, None);
        await server.AddAuthorizationAsync(user, left, started!.Session.Id);
        await server.AddAuthorizationAsync(user, kept, started.Session.Id);

        Assert.True(await server.Get<Registrar>().DeleteAsync(user.Id, left.Id, "test", None));
        Assert.False(await server.Get<Registrar>().DeleteAsync(user.Id, left.Id, "test", None));

        Assert.NotNull(await server.Get<BrowserSessions>().FindAsync(started.Secret, None));
        var valid = await server.ReadAsync(db => db.Authorizations
            .Where(row => row.UserId == user.Id && row.Status == AuthorizationStatus.Valid).Select(row => row.ApplicationId).ToListAsync());
        Assert.Equal([kept.Id], valid);
    }

    [Theory, OnEachDatabase]
    public async Task Parallel_changes_of_a_registration_are_not_lost(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var application = await server.AddApplicationAsync();
        var user = await server.AddUserAsync(application: application);
        var registrar = server.Get<Registrar>();

        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Task.Run(() => registrar.UpdateAsync(
            user.Id, application.Id, current => RegistrationDetails.Of(current) with { Username = current.Username + "x" }, "test", None))));

        Assert.Equal("xxxxxxxxxx", (await registrar.FindAsync(user.Id, application.Id, None))!.Username);
        Assert.Null(await registrar.UpdateAsync(Guid.NewGuid(), application.Id, current => RegistrationDetails.Of(current), "test", None));
    }
}
