using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityServer.Applications;

namespace IdentityServer.Api;

/// <summary>An application on the wire (§8.1): what is read from a request by name, and what is shown.</summary>
internal static class ApplicationWire
{
    /// <summary>Sections and members that are kept and returned without effect.</summary>
    public static readonly string[] Kept =
    [
        "themeId", "baseURL", "verificationEmailTemplateId",
        "authenticationTokenConfiguration", "emailConfiguration", "lambdaConfiguration", "samlv2Configuration",
        "cleanSpeakConfiguration", "accessControlConfiguration", "externalIdentifierConfiguration", "phoneConfiguration",
        "universalConfiguration", "registrationDeletePolicy",
    ];

    /// <summary>What is read of an envelope's <c>application</c>; defaults are those of the records themselves.</summary>
    public static ApplicationInput Read(JsonFields application)
    {
        var oauth = application.Section("oauthConfiguration");
        return new ApplicationInput
        {
            Name = application.Text("name"),
            ClientId = oauth.Text("clientId"),
            ClientSecret = oauth.Text("clientSecret"),
            Roles = [.. (application.Sections("roles") ?? []).Select(role => RoleWire.Read(role, role.Id("id")))],
            Settings = new ApplicationSettings
            {
                OauthConfiguration = OauthConfigurationWire.Read(oauth, application.Section("clientMetadata").Text("token_endpoint_auth_method")),
                RegistrationConfiguration = ReadRegistration(application.Section("registrationConfiguration")),
                FormConfiguration = application.Has("formConfiguration") ? ReadForms(application.Section("formConfiguration")) : null,
                WebAuthnConfiguration = application.Has("webAuthnConfiguration") ? ReadWebAuthn(application.Section("webAuthnConfiguration")) : null,
                Unverified = application.Has("unverified") ? ReadUnverified(application.Section("unverified")) : null,
                VerifyRegistration = application.OptionalFlag("verifyRegistration"),
                VerificationStrategy = application.Choice<VerificationStrategy>("verificationStrategy"),
                PasswordlessConfiguration = ReadPasswordless(application.Section("passwordlessConfiguration")),
                LoginConfiguration = ReadLogin(application.Section("loginConfiguration")),
                MultiFactorConfiguration = ReadMultiFactor(application.Section("multiFactorConfiguration")),
                SessionConfiguration = application.Has("sessionConfiguration") ? ReadSessions(application.Section("sessionConfiguration")) : null,
                JwtConfiguration = ReadJwt(application.Section("jwtConfiguration")),
                ClientMetadata = ClientMetadataWire.Read(application.Section("clientMetadata")),
                Data = application.Free("data").Deserialize<Dictionary<string, JsonElement>>()!,
                Others = application.Others(Kept),
            },
        };
    }

    /// <summary>What is shown. A secret appears in the answer to the call that set it, and never again.</summary>
    public static JsonObject Show(StoredApplication stored, ApplicationSettings settings, string? newSecret = null)
    {
        var sections = JsonSerializer.SerializeToNode(settings, ApplicationSettings.Json)!.AsObject();
        var oauth = ShowOauthConfiguration(stored, settings);
        sections["oauthConfiguration"] = oauth;
        if (newSecret is not null)
        {
            oauth["clientSecret"] = newSecret;
        }

        var shown = new JsonObject
        {
            ["id"] = stored.Id,
            ["tenantId"] = stored.TenantId,
            ["name"] = stored.Name,
            ["active"] = stored.Active,
            ["state"] = stored.Active ? "Active" : "Inactive",
            ["insertInstant"] = stored.CreatedAt.ToUnixTimeMilliseconds(),
            ["lastUpdateInstant"] = stored.UpdatedAt.ToUnixTimeMilliseconds(),
            ["roles"] = ApiJson.List(stored.Roles.OrderBy(role => role.Name, StringComparer.Ordinal).Select(RoleWire.Show)),
            ["scopes"] = ApiJson.List(stored.Scopes.OrderBy(scope => scope.Name, StringComparer.Ordinal).Select(ScopeWire.Show)),
        };
        foreach (var (name, value) in sections.ToList())
        {
            sections.Remove(name);
            shown[name] = value;
        }

        return shown;
    }

    /// <summary>What a client needs to know of its application (§8.2): the section alone, and where and when sessions end.</summary>
    public static JsonObject ShowOauth(StoredApplication stored, ApplicationSettings settings, TimeSpan idle) => ApiJson.WithoutNulls(new()
    {
        ["oauthConfiguration"] = ShowOauthConfiguration(stored, settings),
        ["httpSessionMaxInactiveInterval"] = (int)idle.TotalSeconds,
        ["logoutURL"] = settings.OauthConfiguration.LogoutUrl,
    });

    private static JsonObject ShowOauthConfiguration(StoredApplication stored, ApplicationSettings settings)
    {
        var oauth = JsonSerializer.SerializeToNode(settings.OauthConfiguration, ApplicationSettings.Json)!.AsObject();
        oauth["clientId"] = stored.ClientId;
        oauth["requireClientAuthentication"] = settings.OauthConfiguration.ClientAuthenticationPolicy is ClientAuthenticationPolicy.Required;
        return oauth;
    }

    private static RegistrationConfiguration ReadRegistration(JsonFields fields) => new()
    {
        Enabled = fields.Flag("enabled"),
        Type = fields.CamelChoice<RegistrationType>("type"),
        FormId = fields.Id("formId"),
        LoginIdType = fields.CamelChoice<LoginIdType>("loginIdType"),
        ConfirmPassword = fields.Flag("confirmPassword"),
        CompleteRegistration = fields.OptionalFlag("completeRegistration"),
        BirthDate = ReadBasic(fields, "birthDate"),
        FirstName = ReadBasic(fields, "firstName"),
        FullName = ReadBasic(fields, "fullName"),
        LastName = ReadBasic(fields, "lastName"),
        MiddleName = ReadBasic(fields, "middleName"),
        MobilePhone = ReadBasic(fields, "mobilePhone"),
        PreferredLanguages = ReadBasic(fields, "preferredLanguages"),
    };

    private static BasicField? ReadBasic(JsonFields fields, string name) => fields.Has(name)
        ? new(fields.Section(name).Flag("enabled"), fields.Section(name).Flag("required"))
        : null;

    private static FormConfiguration ReadForms(JsonFields fields) => new()
    {
        AdminRegistrationFormId = fields.Id("adminRegistrationFormId"),
        SelfServiceFormId = fields.Id("selfServiceFormId"),
        Others = fields.Others(["selfServiceFormConfiguration"]),
    };

    private static WebAuthnConfiguration ReadWebAuthn(JsonFields fields) => new()
    {
        Enabled = fields.Flag("enabled", otherwise: true),
        BootstrapWorkflow = ReadWorkflow(fields, "bootstrapWorkflow"),
        ReauthenticationWorkflow = ReadWorkflow(fields, "reauthenticationWorkflow"),
    };

    private static WebAuthnWorkflow? ReadWorkflow(JsonFields fields, string name) =>
        fields.Has(name) ? new(fields.Section(name).Flag("enabled", otherwise: true)) : null;

    private static UnverifiedConfiguration ReadUnverified(JsonFields fields) => new()
    {
        Behavior = fields.Choice<UnverifiedBehavior>("behavior") ?? UnverifiedBehavior.Allow,
        Others = fields.Others(["registrationStrategy"]),
    };

    private static PasswordlessConfiguration ReadPasswordless(JsonFields fields) => new()
    {
        Enabled = fields.Flag("enabled"),
        AllowPassword = fields.Flag("allowPassword", true),
    };

    private static LoginConfiguration ReadLogin(JsonFields fields) => new()
    {
        RequireAuthentication = fields.Flag("requireAuthentication", true),
        GenerateRefreshTokens = fields.Flag("generateRefreshTokens"),
        AllowTokenRefresh = fields.Flag("allowTokenRefresh"),
    };

    private static MultiFactorConfiguration ReadMultiFactor(JsonFields fields) => new()
    {
        LoginPolicy = fields.Choice<MultiFactorLoginPolicy>("loginPolicy"),
        TrustPolicy = fields.Choice<MultiFactorTrustPolicy>("trustPolicy"),
        Others = fields.Others(["email", "sms", "voice"]),
    };

    private static SessionConfiguration ReadSessions(JsonFields fields) => new()
    {
        IdleMinutes = fields.Number("idleMinutes"),
        AbsoluteHours = fields.Number("absoluteHours"),
        KeepSignedInAllowed = fields.Flag("keepSignedInAllowed", true),
    };

    private static JwtConfiguration ReadJwt(JsonFields fields)
    {
        var defaults = new JwtConfiguration();
        return new()
        {
            Enabled = fields.Flag("enabled"),
            TimeToLiveInSeconds = fields.Number("timeToLiveInSeconds") ?? defaults.TimeToLiveInSeconds,
            RefreshTokenTimeToLiveInMinutes = fields.Number("refreshTokenTimeToLiveInMinutes") ?? defaults.RefreshTokenTimeToLiveInMinutes,
            AccessTokenKeyId = fields.Id("accessTokenKeyId"),
            IdTokenKeyId = fields.Id("idTokenKeyId"),
            RefreshTokenUsagePolicy = fields.Choice<RefreshTokenUsagePolicy>("refreshTokenUsagePolicy"),
            Others = fields.Others(
            [
                "refreshTokenExpirationPolicy", "refreshTokenOneTimeUseConfiguration",
                "refreshTokenRevocationPolicy", "refreshTokenSlidingWindowConfiguration",
            ]),
        };
    }
}
