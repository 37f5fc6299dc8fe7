# step: crash
kubectl run broken --image=busybox
