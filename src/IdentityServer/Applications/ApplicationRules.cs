using IdentityServer.Protocol;

namespace IdentityServer.Applications;

/// <summary>What an application must fulfil to be stored, whoever wrote it. Findings stand at the API's field paths.</summary>
internal static class ApplicationRules
{
    private const string Oauth = "application.oauthConfiguration";
    private const string Jwt = "application.jwtConfiguration";
    private const int MaxName = 191;

    // The grants that the token endpoint knows.
    private static readonly string[] Grants = [GrantTypes.AuthorizationCode, GrantTypes.RefreshToken, GrantTypes.ClientCredentials];

    /// <summary>Notes everything that is wrong.</summary>
    public static void Check(ApplicationInput input, FieldErrors errors)
    {
        CheckName(input.Name, "application.name", errors);
        CheckSecret(input.ClientSecret, errors);
        CheckClientId(input.ClientId, errors);
        CheckOauth(input.Settings.OauthConfiguration, errors);
        CheckJwt(input.Settings.JwtConfiguration, errors);
        CheckSessions(input.Settings.SessionConfiguration, errors);
        ClientMetadataRules.Check(input.Settings, errors);
        for (var index = 0; index < input.Roles.Count; index++)
        {
            var field = $"application.roles[{index}].name";
            CheckName(input.Roles[index].Name, field, errors);
            if (input.Roles.Take(index).Any(other => other.Name == input.Roles[index].Name))
            {
                errors.Add(field, "duplicate", "The application has a role of this name.");
            }
        }
    }

    // The last use of a session is known to within five minutes.
    private static void CheckSessions(SessionConfiguration? sessions, FieldErrors errors)
    {
        const string Field = "application.sessionConfiguration";
        if (sessions?.IdleMinutes is < 10 or > 525_600)
        {
            errors.Add(Field + ".idleMinutes", "invalid", "From 10 minutes to a year.");
        }

        if (sessions?.AbsoluteHours is < 1 or > 8_760)
        {
            errors.Add(Field + ".absoluteHours", "invalid", "From 1 hour to a year.");
        }
    }

    /// <summary>A name of an application or role.</summary>
    public static void CheckName(string? name, string field, FieldErrors errors)
    {
        if (string.IsNullOrWhiteSpace(name))
        {
            errors.Add(field, "blank", "A name is required.");
        }
        else if (name.Length > MaxName)
        {
            errors.Add(field, "tooLong", $"A name has at most {MaxName} characters.");
        }
    }

    /// <summary>A URI field of a client; there is one validator for all of them.</summary>
    public static void CheckUri(string? uri, string field, FieldErrors errors)
    {
        if (uri is not null && ClientUri.Check(uri) is { } problem)
        {
            errors.Add(field, "invalid", problem.Description);
        }
    }

    /// <summary>A list of URIs.</summary>
    public static void CheckUris(IReadOnlyList<string> uris, string field, FieldErrors errors)
    {
        for (var index = 0; index < uris.Count; index++)
        {
            CheckUri(uris[index], $"{field}[{index}]", errors);
        }
    }

    private static void CheckSecret(string? secret, FieldErrors errors)
    {
        const string Field = Oauth + ".clientSecret";
        if (secret is null)
        {
            return;
        }

        if (secret.Length < ClientSecrets.MinLength)
        {
            errors.Add(Field, "tooShort", $"A secret has at least {ClientSecrets.MinLength} characters, and should be random. Leave it out to get one.");
        }
        else if (secret.Length > ClientSecrets.MaxLength)
        {
            errors.Add(Field, "tooLong", $"A secret has at most {ClientSecrets.MaxLength} characters.");
        }
        else if (secret.AsSpan().ContainsAnyExceptInRange('\x20', '\x7e'))
        {
            errors.Add(Field, "invalid", "A secret consists of printable ASCII characters (RFC 6749 appendix A.2).");
        }
    }

    private static void CheckClientId(string? clientId, FieldErrors errors)
    {
        if (clientId is not null && (clientId.Length is 0 or > MaxName || clientId.AsSpan().ContainsAnyExceptInRange('\x21', '\x7e')))
        {
            errors.Add(Oauth + ".clientId", "invalid", "A client_id consists of printable ASCII characters without spaces (RFC 6749 appendix A.1).");
        }
    }

    private static void CheckOauth(OauthConfiguration oauth, FieldErrors errors)
    {
        CheckUris(oauth.AuthorizedRedirectUrls, Oauth + ".authorizedRedirectURLs", errors);
        CheckUris(oauth.AuthorizedResourceUris, Oauth + ".authorizedResourceUris", errors);
        CheckUri(oauth.LogoutUrl, Oauth + ".logoutURL", errors);
        for (var index = 0; index < oauth.AuthorizedOriginUrls.Count; index++)
        {
            CheckOrigin(oauth.AuthorizedOriginUrls[index], $"{Oauth}.authorizedOriginURLs[{index}]", errors);
        }

        if (oauth.EnabledGrants.FirstOrDefault(grant => !Grants.Contains(grant)) is { } unknown)
        {
            errors.Add(Oauth + ".enabledGrants", "invalid", $"The grant '{unknown}' is not supported; supported are {string.Join(", ", Grants)}.");
        }

        // RFC 6749 §4.4: the client credentials grant is for confidential clients only.
        if (oauth.ClientAuthenticationPolicy is ClientAuthenticationPolicy.NotRequired && oauth.EnabledGrants.Contains(GrantTypes.ClientCredentials))
        {
            errors.Add(Oauth + ".enabledGrants", "invalid", "A public client can't use the client credentials grant.");
        }
    }

    // Browsers send an origin in one form only, and it is compared as it stands.
    private static void CheckOrigin(string origin, string field, FieldErrors errors)
    {
        if (ClientUri.Check(origin) is { } problem)
        {
            errors.Add(field, "invalid", problem.Description);
        }
        else if (new Uri(origin) is var uri && (uri.Scheme is not ("https" or "http") || uri.GetLeftPart(UriPartial.Authority) != origin))
        {
            errors.Add(field, "invalid", $"An origin is scheme, host and port alone, such as {uri.GetLeftPart(UriPartial.Authority)}");
        }
    }

    private static void CheckJwt(JwtConfiguration jwt, FieldErrors errors)
    {
        const int Month = 30 * 24 * 3600;
        const int Decade = 10 * 366 * 24 * 60;
        if (jwt.TimeToLiveInSeconds is < 1 or > Month)
        {
            errors.Add(Jwt + ".timeToLiveInSeconds", "invalid", $"From 1 second to {Month} seconds.");
        }

        if (jwt.RefreshTokenTimeToLiveInMinutes is < 1 or > Decade)
        {
            errors.Add(Jwt + ".refreshTokenTimeToLiveInMinutes", "invalid", $"From 1 minute to {Decade} minutes.");
        }
    }
}
