using IdentityServer.Data;
using IdentityServer.Users;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace IdentityServer.Passkeys;

/// <summary>Registers the services of this room.</summary>
internal static class PasskeyServices
{
    /// <summary>Adds the services of this room.</summary>
    public static IServiceCollection AddPasskeys(this IServiceCollection services)
    {
        services.AddSingleton<RelyingParty>();
        services.AddSingleton<PasskeyChallenges>();
        services.AddSingleton<PasskeyCeremonies>();
        services.AddSingleton<PasskeyStore>();
        services.AddSingleton<IPasskeyHandler<User>>(provider => new PasskeyHandler<User>(
            Users(provider), provider.GetRequiredService<IOptions<IdentityPasskeyOptions>>()));

        // Its settings hold the public address, which is not known before the server listens.
        services.AddSingleton(provider => new Lazy<IPasskeyHandler<User>>(provider.GetRequiredService<IPasskeyHandler<User>>));
        services.AddOptions<IdentityPasskeyOptions>().Configure<RelyingParty>((options, party) =>
        {
            options.ServerDomain = party.Id;
            options.ValidateOrigin = origin => ValueTask.FromResult(!origin.CrossOrigin && origin.TopOrigin is null && origin.Origin == party.Origin);
            options.IsAllowedAlgorithm = CoseKey.Offered.Contains;
            options.UserVerificationRequirement = "preferred"; // Where it is required, the challenge says so.
        });
        return services;
    }

    // The framework's ceremonies ask a UserManager, and of that only to find people and passkeys.
    private static UserManager<User> Users(IServiceProvider provider) => new(
        new PasskeyUsers(provider.GetRequiredService<Database>()),
        Options.Create(new IdentityOptions()),
        provider.GetRequiredService<IPasswordHasher<User>>(),
        [],
        [],
        new UpperInvariantLookupNormalizer(),
        new IdentityErrorDescriber(),
        provider,
        provider.GetRequiredService<ILogger<UserManager<User>>>());
}
