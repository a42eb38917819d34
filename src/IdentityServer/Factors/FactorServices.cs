namespace IdentityServer.Factors;

/// <summary>Registers the services of this room.</summary>
internal static class FactorServices
{
    /// <summary>Adds the services of this room.</summary>
    public static IServiceCollection AddFactors(this IServiceCollection services)
    {
        services.AddSingleton<FactorSecrets>();
        services.AddSingleton<RecoveryCodes>();
        services.AddSingleton<MailedCodes>();
        services.AddSingleton<SecondFactors>();
        services.AddSingleton<FactorStore>();
        services.AddSingleton<PendingLogins>();
        services.AddSingleton<TrustTokens>();
        return services;
    }
}
