using System.ComponentModel.DataAnnotations;

namespace IdentityServer;

/// <summary>What an operator sets, in the section <c>IdentityServer</c> of .NET's usual configuration sources.</summary>
public sealed class ServerOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "IdentityServer";

    /// <summary>What stands in the configuration and could not be read.</summary>
    internal IReadOnlyList<string> Unreadable { get; set; } = [];

    /// <summary>
    /// The address under which people and applications reach the server, such as <c>https://login.example.com</c>: the issuer, and
    /// the start of every link. May be left out only while the server listens on loopback addresses alone.
    /// </summary>
    public string? PublicUrl { get; set; }

    /// <summary>The folder for the embedded database and the master key. Default: <c>data</c> where the server is started.</summary>
    public string DataDirectory { get; set; } = "data";

    /// <summary>Which database.</summary>
    public DatabaseOptions Database { get; set; } = new();

    /// <summary>The path of a kickstart file, run once on an empty database.</summary>
    public string? Kickstart { get; set; }

    /// <summary>
    /// 32 bytes in base64 with which keys are sealed at rest. Left out, one is made in the data folder; several nodes must share one.
    /// </summary>
    public string? MasterKey { get; set; }

    /// <summary>The folder of themes. Default: the themes that came with the server.</summary>
    public string? ThemesDirectory { get; set; }

    /// <summary>The first administrator, if not made by <c>/setup</c>.</summary>
    public AdministratorOptions? Administrator { get; set; }

    /// <summary>Brakes against guessing and flooding.</summary>
    public RateLimitOptions RateLimits { get; set; } = new();

    /// <summary>Lifetimes of sign-ins.</summary>
    public SessionOptions Sessions { get; set; } = new();

    /// <summary>The mail server.</summary>
    public SmtpOptions Smtp { get; set; } = new();

    /// <summary>What people may do with their accounts.</summary>
    public AccountOptions Accounts { get; set; } = new();

    /// <summary>Second factors.</summary>
    public TwoFactorOptions TwoFactor { get; set; } = new();

    /// <summary>Which passwords people may choose.</summary>
    public PasswordOptions Passwords { get; set; } = new();

    /// <summary>Addresses of proxies whose <c>X-Forwarded-For</c> and <c>X-Forwarded-Proto</c> count. Default: none.</summary>
    public IList<string> TrustedProxies { get; } = [];

    /// <summary>
    /// Hosts that may be fetched from although they are not on the public network, or speak plain http: where clients of your own
    /// publish their keys (<c>jwks_uri</c>). Default: none; any host on the public network is fetched from over https.
    /// </summary>
    public IList<string> OutgoingHosts { get; } = [];
}

/// <summary>Which database.</summary>
public sealed class DatabaseOptions
{
    /// <summary><c>sqlite</c> (embedded, the default) or <c>postgres</c>.</summary>
    public DatabaseProvider Provider { get; set; } = DatabaseProvider.Sqlite;

    /// <summary>The connection string; for SQLite the default is the file <c>identityserver.db</c> in the data folder.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>Whether the server brings the database up to date at start; if not, run <c>migrate</c>.</summary>
    public bool AutoMigrate { get; set; } = true;
}

/// <summary>Databases that the server runs on.</summary>
public enum DatabaseProvider
{
    /// <summary>Embedded, one process.</summary>
    Sqlite,

    /// <summary>Shared by several nodes.</summary>
    Postgres,
}

/// <summary>The first administrator.</summary>
public sealed class AdministratorOptions
{
    /// <summary>The e-mail address.</summary>
    public string Email { get; set; } = string.Empty;

    /// <summary>The password; at least 15 characters.</summary>
    public string Password { get; set; } = string.Empty;
}

/// <summary>Which passwords people may choose.</summary>
public sealed class PasswordOptions
{
    /// <summary>
    /// A file of passwords known from breaches: a SHA-1 in hexadecimal per line, or its first digits (ten at least), with or without
    /// <c>:count</c>, in ascending order. It is searched where it lies. Default: none; the built-in list always counts.
    /// </summary>
    public string? BreachedFile { get; set; }
}

/// <summary>Brakes against guessing and flooding.</summary>
public sealed class RateLimitOptions
{
    /// <summary>Whether they are on. Off is for load tests.</summary>
    public bool Enabled { get; set; } = true;
}

/// <summary>The mail server that mails are handed to.</summary>
public sealed class SmtpOptions
{
    /// <summary>Its name. Without it no mail is sent, and nothing that needs mail is offered; in development mails are shown instead.</summary>
    public string? Host { get; set; }

    /// <summary>Its port. Default: 587, for submission.</summary>
    [Range(1, 65_535)]
    public int Port { get; set; } = 587;

    /// <summary><c>starttls</c> (the default) or <c>none</c>.</summary>
    public SmtpSecurity Security { get; set; } = SmtpSecurity.StartTls;

    /// <summary>Who we are to it, if it asks.</summary>
    public string? Username { get; set; }

    /// <summary>The password for that.</summary>
    public string? Password { get; set; }

    /// <summary>The address that mails come from, such as <c>login@example.com</c>. Required with a host.</summary>
    public string From { get; set; } = string.Empty;

    /// <summary>The name that mails come from, such as <c>Example</c>.</summary>
    public string? FromName { get; set; }

    /// <summary>Seconds after which a try is given up, to be repeated later. Default: 30.</summary>
    [Range(1, 600)]
    public int TimeoutSeconds { get; set; } = 30;
}

/// <summary>How the way to the mail server is secured.</summary>
public enum SmtpSecurity
{
    /// <summary>Encrypted after a greeting in clear (RFC 3207), or not used at all.</summary>
    StartTls,

    /// <summary>In clear: for a relay on the same machine or a network of your own.</summary>
    None,
}

/// <summary>Lifetimes of sign-ins.</summary>
public sealed class SessionOptions
{
    /// <summary>Minutes without use after which a sign-in ends. Default: 60.</summary>
    [Range(1, 525_600)]
    public int IdleMinutes { get; set; } = 60;

    /// <summary>Hours after which a sign-in ends in any case. Default: 12.</summary>
    [Range(1, 8_760)]
    public int AbsoluteHours { get; set; } = 12;

    /// <summary>Days that "keep me signed in" lasts, without an idle limit. Default: 30.</summary>
    [Range(1, 400)]
    public int KeepSignedInDays { get; set; } = 30;
}

/// <summary>What people may do with their accounts.</summary>
public sealed class AccountOptions
{
    /// <summary>
    /// Days between the wish to delete an account and its deletion, during which the person can sign in and keep it. Default: 14;
    /// 0 deletes at once.
    /// </summary>
    [Range(0, 365)]
    public int DeletionGraceDays { get; set; } = 14;
}
