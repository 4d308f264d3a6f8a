/**
 * Names of the options in the JSON document of a mount call-out.
 *
 * Trust boundary: API validation forbids a pod's author any option key in the `kubernetes.io` or `k8s.io`
 * domain (pkg/apis/core/validation, validateFlexVolumeSource), so what stands under the keys below was
 * written by kubelet and says who the pod is. Everything else was written by the pod's author.
 */
export const kubeletKeys = {
  fsGroup: 'kubernetes.io/mounterArgs.FsGroup',
  readWrite: 'kubernetes.io/readwrite',
  podName: 'kubernetes.io/pod.name',
  podNamespace: 'kubernetes.io/pod.namespace',
  podUid: 'kubernetes.io/pod.uid',
  serviceAccountName: 'kubernetes.io/serviceAccount.name',
  volumeName: 'kubernetes.io/pvOrVolumeName',
} as const;

/** Keys of the Secret that `secretRef` names arrive with this prefix and a base64 value. */
export const SECRET_KEY_PREFIX = 'kubernetes.io/secret/';

/** Is this key kubelet's (see the trust boundary above)? */
export function isKubeletKey(key: string): boolean {
  return key.startsWith('kubernetes.io/');
}

/** Keys of the referenced Secret, of type `azure/kv`, that this driver reads. */
export const secretKeys = {
  clientId: 'clientid',
  clientSecret: 'clientsecret',
  clientCertificate: 'clientcertificate',
  clientCertificatePassword: 'clientcertificatepassword',
  pfxPassword: 'pfxpassword',
} as const;
