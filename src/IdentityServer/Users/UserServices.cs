using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace IdentityServer.Users;

/// <summary>Registers the services of this room.</summary>
internal static class UserServices
{
    /// <summary>Adds the services of this room.</summary>
    public static IServiceCollection AddUsers(this IServiceCollection services)
    {
        services.Configure<PasswordHasherOptions>(options => options.IterationCount = Passwords.Iterations);
        services.TryAddSingleton<IPasswordHasher<User>, PasswordHasher<User>>();
        services.AddSingleton<PasswordGate>();
        foreach (var scheme in (IPasswordScheme[])[.. SaltedDigest.All, .. Phpass.All, .. Crypt.All, new Werkzeug()])
        {
            services.AddSingleton(scheme);
        }

        services.AddSingleton<Passwords>();
        services.AddSingleton<BreachedPasswords>();
        services.AddSingleton<PasswordChange>();
        services.AddSingleton<People>();
        services.AddSingleton<SecurityNotices>();
        services.AddSingleton<AddressProof>();
        return services;
    }
}
