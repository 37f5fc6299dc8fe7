# step: delete
kubectl delete pv {{ objects.filter(o, o.kind == 'PersistentVolume')[0].metadata.name }} --wait=false
