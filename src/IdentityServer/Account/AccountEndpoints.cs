namespace IdentityServer.Account;

/// <summary>The pages under <c>/account</c>.</summary>
internal static class AccountEndpoints
{
    /// <summary>Adds what the pages consist of.</summary>
    public static IServiceCollection AddAccount(this IServiceCollection services)
    {
        services.AddSingleton<AccountGate>();
        services.AddSingleton<AccountReturn>();
        services.AddSingleton<ProfileEndpoint>();
        services.AddSingleton<PasswordEndpoint>();
        services.AddSingleton<EmailEndpoint>();
        services.AddSingleton<ForgotPasswordEndpoint>();
        services.AddSingleton<NewPasswordEndpoint>();
        services.AddSingleton<SessionsEndpoint>();
        services.AddSingleton<ApplicationsEndpoint>();
        services.AddSingleton<PasskeysEndpoint>();
        services.AddSingleton<TwoFactorEndpoint>();
        services.AddSingleton<PersonalData>();
        services.AddSingleton<DataEndpoint>();
        services.AddSingleton<DeleteEndpoint>();
        return services;
    }

    /// <summary>Maps the pages.</summary>
    public static void MapAccount(this IEndpointRouteBuilder routes)
    {
        SignedInEndpoint.Map(routes);
        routes.MapGet(Paths.AccountSwitch, (HttpContext http, AccountGate gate) => gate.Switch(http));
        OverviewEndpoint.Map(routes);
        ProfileEndpoint.Map(routes);
        PasswordEndpoint.Map(routes);
        EmailEndpoint.Map(routes);
        ForgotPasswordEndpoint.Map(routes);
        NewPasswordEndpoint.Map(routes);
        SessionsEndpoint.Map(routes);
        ApplicationsEndpoint.Map(routes);
        PasskeysEndpoint.Map(routes);
        TwoFactorEndpoint.Map(routes);
        DataEndpoint.Map(routes);
        DeleteEndpoint.Map(routes);
    }
}
