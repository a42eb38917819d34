using Microsoft.AspNetCore.Routing.Patterns;

namespace IdentityServer.Api;

/// <summary>
/// The management API under <c>/api</c>, in FusionAuth's shapes: wire records, and one folder of handlers per noun. What is
/// valid and how it is stored is decided by the domain rooms. This is the table of all its calls.
/// </summary>
public static class ApiRoutes
{
    /// <summary>Maps every call.</summary>
    public static void MapApi(this IEndpointRouteBuilder routes)
    {
        StatusApi.Map(routes);
        AuditLogApi.Map(routes);
        LoginRecordsApi.Map(routes);
        MailsApi.Map(routes);
        ApplicationsApi.Map(routes);
        RolesApi.Map(routes);
        ScopesApi.Map(routes);
        FormFieldsApi.Map(routes);
        FormsApi.Map(routes);
        ConsentsApi.Map(routes);
        UserConsentsApi.Map(routes);
        UsersApi.Map(routes);
        UserSearchApi.Map(routes);
        PasswordsApi.Map(routes);
        VerificationApi.Map(routes);
        IdentityApi.Map(routes);
        UserImportApi.Map(routes);
        RegistrationsApi.Map(routes);
        GroupsApi.Map(routes);
        GroupMembersApi.Map(routes);
        KeysApi.Map(routes);
        ApiKeysApi.Map(routes);
        WebAuthnApi.Map(routes);
        WebAuthnLoginApi.Map(routes);
        LoginApi.Map(routes);
        LoginReportApi.Map(routes);
        LogoutApi.Map(routes);
        JwtApi.Map(routes);
        RefreshTokensApi.Map(routes);
        TwoFactorApi.Map(routes);
        UserTwoFactorApi.Map(routes);
        PasswordlessApi.Map(routes);
        OpenApiEndpoint.Map(routes);
    }

    /// <summary>The services behind the calls.</summary>
    public static IServiceCollection AddApi(this IServiceCollection services)
    {
        services.AddSingleton<ApiEndpoint>();
        services.AddSingleton<PersonTokens>();
        services.AddSingleton<TokenCookies>();
        services.AddSingleton<ApiChanges>();
        services.AddSingleton<UserSearch>();
        services.AddSingleton<Invitations>();
        services.AddSingleton<LoginAnswers>();
        return services;
    }

    /// <summary>Maps a call that needs a key. The permission is the path without its ids (§2).</summary>
    internal static void MapApi(
        this IEndpointRouteBuilder routes, string method, string pattern, ApiCall call, ApiHandler handler, int maxBody = ApiEndpoint.MaxBody)
    {
        var parsed = RoutePatternFactory.Parse(pattern);
        var permission = Permission(parsed);
        var endpoint = routes.ServiceProvider.GetRequiredService<ApiEndpoint>();
        routes.MapMethods(pattern, [method], http => endpoint.RunAsync(http, permission, handler, maxBody)).WithMetadata(call);
    }

    /// <summary>Maps a call that is open: without a key too, but not with a wrong one. The handler hears whether there is a key.</summary>
    internal static void MapOpenApi(
        this IEndpointRouteBuilder routes, string method, string pattern, ApiCall call, Func<bool, CancellationToken, Task<ApiResult>> handler)
    {
        var endpoint = routes.ServiceProvider.GetRequiredService<ApiEndpoint>();
        routes.MapMethods(pattern, [method], http => endpoint.RunOpenAsync(http, pattern, handler)).WithMetadata(call);
    }

    /// <summary>
    /// Maps a call that reads a body and needs no key, because what it is sent proves enough. A wrong key is refused all the same.
    /// </summary>
    internal static void MapPublicApi(this IEndpointRouteBuilder routes, string method, string pattern, ApiCall call, ApiHandler handler)
    {
        var endpoint = routes.ServiceProvider.GetRequiredService<ApiEndpoint>();
        routes.MapMethods(pattern, [method], http => endpoint.RunPublicAsync(http, pattern, handler)).WithMetadata(call);
    }

    /// <summary>Maps a call that needs a key, or the access token of the person whom it is about.</summary>
    internal static void MapPersonalApi(this IEndpointRouteBuilder routes, string method, string pattern, ApiCall call, ApiHandler handler)
    {
        var permission = Permission(RoutePatternFactory.Parse(pattern));
        var endpoint = routes.ServiceProvider.GetRequiredService<ApiEndpoint>();
        routes.MapMethods(pattern, [method], http => endpoint.RunPersonalAsync(http, permission, handler)).WithMetadata(call);
    }

    /// <summary>Maps a call about the access token that it is sent.</summary>
    internal static void MapTokenApi(this IEndpointRouteBuilder routes, string method, string pattern, ApiCall call, Func<string, ApiResult> handler)
    {
        var endpoint = routes.ServiceProvider.GetRequiredService<ApiEndpoint>();
        routes.MapMethods(pattern, [method], http => endpoint.RunTokenAsync(http, pattern, handler)).WithMetadata(call);
    }

    /// <summary>Maps a call that needs nothing where what it is sent proves enough; else a key or a person's access token.</summary>
    internal static void MapPublicPersonalApi(this IEndpointRouteBuilder routes, string method, string pattern, ApiCall call, ApiHandler handler)
    {
        var endpoint = routes.ServiceProvider.GetRequiredService<ApiEndpoint>();
        routes.MapMethods(pattern, [method], http => endpoint.RunPublicPersonalAsync(http, pattern, handler)).WithMetadata(call);
    }

    /// <summary>The permission that a route needs.</summary>
    internal static string Permission(RoutePattern pattern) => "/" + string.Join('/', pattern.PathSegments
        .Select(segment => segment.Parts)
        .Where(parts => parts is [RoutePatternLiteralPart])
        .Select(parts => ((RoutePatternLiteralPart)parts[0]).Content));
}
