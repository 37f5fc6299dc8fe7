# step: again
kubectl create deployment report --image=busybox:1.37
