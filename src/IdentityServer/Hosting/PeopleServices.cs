using IdentityServer.Account;
using IdentityServer.Authorizations;
using IdentityServer.Browsers;
using IdentityServer.Factors;
using IdentityServer.Links;
using IdentityServer.Logins;
using IdentityServer.Passkeys;
using IdentityServer.Recovery;
using IdentityServer.Registrations;
using IdentityServer.Sessions;
using IdentityServer.Users;
using Microsoft.AspNetCore.Identity;

namespace IdentityServer.Hosting;

/// <summary>Puts the rooms together that are about people.</summary>
internal static class PeopleServices
{
    /// <summary>Adds users, registrations, sessions and logins.</summary>
    public static IServiceCollection AddPeople(this IServiceCollection services)
    {
        services.AddUsers();
        services.AddSingleton<Registrar>();
        services.AddSingleton<Profiles>();
        services.AddSingleton<PeopleSearch>();
        services.AddSingleton<PeopleImport>();
        services.AddSingleton<Administrators>();
        services.AddSingleton<AccountDeletion>();
        services.AddHostedService<DueDeletions>();
        services.AddSingleton<IUserAccess, AuthorizationAccess>();
        services.AddSingleton<GivenAccess>();
        services.AddSessions();
        services.AddLinks();
        services.AddSingleton<LinkEndpoint>();
        services.AddSingleton<WaitingEndpoint>();
        services.AddPasskeys();
        services.AddSingleton<PasskeyLogin>();
        services.AddSingleton<KnownBrowsers>();
        services.AddSingleton<TrustedBrowsers>();
        services.AddSingleton<IUserAccess>(provider => provider.GetRequiredService<TrustedBrowsers>());
        services.AddFactors();
        services.AddSingleton<AddressBrake>();
        services.AddSingleton<PasswordLogin>();
        services.AddSingleton<ReportedLogins>();
        services.AddSingleton<LinkLogin>();
        services.AddSingleton<LinkBrake>();
        services.AddSingleton<DirectLinks>();
        services.AddSingleton<ILinkPurpose>(new SignInLinks(LinkPurpose.SignIn));
        services.AddSingleton<ILinkPurpose>(new SignInLinks(LinkPurpose.SignUp));
        services.AddSingleton<IUserCredentials, BrowserCredentials>();
        services.AddSingleton<IUserCredentials, PasskeyCredentials>();
        services.AddRecovery();
        services.AddSingleton<IUserAccess, LinkAccess>();
        services.AddSingleton<SetupToken>();
        services.AddAccount();
        services.Configure<IdentityOptions>(options =>
        {
            options.Lockout.MaxFailedAccessAttempts = 5;
            options.Lockout.DefaultLockoutTimeSpan = TimeSpan.FromMinutes(1); // The first; each that follows is twice as long.
        });
        return services;
    }
}
