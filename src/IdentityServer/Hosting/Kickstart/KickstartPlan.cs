using System.Text.Json.Nodes;
using IdentityServer.ApiKeys;

namespace IdentityServer.Hosting;

/// <summary>One request of a kickstart file, everything filled in.</summary>
internal sealed record KickstartRequest(string Method, string Url, string? TenantId, string? ContentType, JsonNode? Body);

/// <summary>
/// A kickstart file as it is carried out: API keys, then requests to the management API, in order. The format is FusionAuth's:
/// <c>variables</c>, <c>apiKeys</c>, <c>requests</c>; <c>#{name}</c> stands for a variable, <c>#{ENV.NAME}</c> for an environment
/// variable, <c>#{UUID()}</c> for a random id, <c>#{DEFAULT_TENANT_ID}</c> for the tenant, in variables, addresses, bodies and keys.
/// </summary>
internal sealed record KickstartPlan(IReadOnlyList<ApiKeyInput> Keys, IReadOnlyList<KickstartRequest> Requests);
