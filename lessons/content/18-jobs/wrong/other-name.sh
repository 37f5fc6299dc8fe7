# step: again
kubectl create deployment reports --image=busybox:1.37 -- sh -c 'sleep 5; echo the report is written'
